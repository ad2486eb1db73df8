import { PairTable } from '../core/pair-table.js';
import { grown } from '../core/grown.js';
import { MergeQueue } from './merge-queue.js';

/** Distinct words as token ids, with how often each occurred. */
export interface TrainingWords {
  /** The ids of all words, one word after the other; overwritten by the training. */
  symbols: Int32Array;
  /** Word `w` is `symbols[starts[w], starts[w + 1])`. */
  starts: Int32Array;
  counts: ArrayLike<number>;
}

export interface LearnMergesOptions {
  /** The string of each token so far; learned tokens are appended. */
  tokens: string[];
  /** Tokens to end with. */
  vocabSize: number;
  /** Pairs seen less often are not merged. @default 0 */
  minFrequency?: number;
  /** Longest token, in characters of the words. @default Infinity */
  maxTokenLength?: number;
  /** What the right token of a pair loses when it is joined, such as `##`. @default '' */
  continuingPrefix?: string;
  /** Called now and then with the number of tokens so far. */
  onProgress?: (tokens: number) => void;
}

/**
 * Learns byte-pair merges exactly as Hugging Face's Rust trainer does, its habits included: among equal counts the
 * lower pair of ids wins; a merge that spells a known token reuses its id, and pairs that come up again because of
 * that are merged again, only in the words where they came up, under a count that kept what was merged before.
 *
 * @returns `[left, right]` ids in order of their ranks
 */
export function learnMerges(words: TrainingWords, options: LearnMergesOptions): [number, number][] {
  const { tokens, vocabSize, minFrequency = 0, maxTokenLength = Infinity, continuingPrefix = '', onProgress } = options;
  const { symbols, starts, counts } = words;
  const wordCount = starts.length - 1;
  const lengths = new Int32Array(wordCount);
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const tokenLengths: number[] = tokens.map(() => 1);

  const pairs = new PairTable(1 << 14);
  let lefts = new Int32Array(1 << 14);
  let rights = new Int32Array(1 << 14);
  let pairCounts = new Float64Array(1 << 14);
  /** The candidate that collects a pair's new places during this step, -1 outside of it. */
  let open = new Int32Array(1 << 14);
  let pairTotal = 0;

  // a candidate is a pair with the list of words in which it came up at one step
  let candidatePairs = new Int32Array(1 << 14);
  let heads = new Int32Array(1 << 14);
  let candidateTotal = 0;
  let listWords = new Int32Array(1 << 16);
  let listNext = new Int32Array(1 << 16);
  let listTotal = 0;
  let opened: number[] = [];

  const pairOf = (a: number, b: number): number => {
    const known = pairs.get(a, b);
    if (known >= 0) return known;
    if (pairTotal === lefts.length) {
      lefts = grown(lefts, pairTotal + 1);
      rights = grown(rights, pairTotal + 1);
      pairCounts = grown(pairCounts, pairTotal + 1);
      open = grown(open, pairTotal + 1);
    }
    pairs.set(a, b, pairTotal);
    lefts[pairTotal] = a;
    rights[pairTotal] = b;
    open[pairTotal] = -1;
    return pairTotal++;
  };
  const comesUp = (a: number, b: number, count: number, word: number) => {
    const pair = pairOf(a, b);
    pairCounts[pair]! += count;
    let candidate = open[pair]!;
    if (candidate < 0) {
      if (candidateTotal === heads.length) {
        candidatePairs = grown(candidatePairs, candidateTotal + 1);
        heads = grown(heads, candidateTotal + 1);
      }
      candidate = open[pair] = candidateTotal++;
      candidatePairs[candidate] = pair;
      heads[candidate] = -1;
      opened.push(candidate);
    } else if (listWords[heads[candidate]!] === word) return;
    if (listTotal === listWords.length) {
      listWords = grown(listWords, listTotal + 1);
      listNext = grown(listNext, listTotal + 1);
    }
    listWords[listTotal] = word;
    listNext[listTotal] = heads[candidate]!;
    heads[candidate] = listTotal++;
  };
  const queue = new MergeQueue();
  const enqueueOpened = () => {
    for (const candidate of opened) {
      const pair = candidatePairs[candidate]!;
      open[pair] = -1;
      if (pairCounts[pair]! > 0) queue.push(candidate, pairCounts[pair]!, lefts[pair]!, rights[pair]!);
    }
    opened = [];
  };

  for (let w = 0; w < wordCount; w++) {
    const end = starts[w + 1]!;
    lengths[w] = end - starts[w]!;
    for (let i = starts[w]! + 1; i < end; i++) comesUp(symbols[i - 1]!, symbols[i]!, counts[w]!, w);
  }
  enqueueOpened();

  const ranks = new Map<number, [number, number]>();
  while (tokens.length < vocabSize && queue.size > 0) {
    const candidate = queue.top;
    const pair = candidatePairs[candidate]!;
    const count = pairCounts[pair]!;
    if (queue.topCount !== count) {
      queue.requeueTop(count);
      continue;
    }
    if (count < 1 || count < minFrequency) break;
    queue.pop();

    const a = lefts[pair]!;
    const b = rights[pair]!;
    const right = tokens[b]!;
    const joined =
      tokens[a]! +
      (continuingPrefix && right.startsWith(continuingPrefix) ? right.slice(continuingPrefix.length) : right);
    let id = idOf.get(joined);
    if (id === undefined) {
      id = tokens.push(joined) - 1;
      idOf.set(joined, id);
      if (onProgress && id % 256 === 0) onProgress(id + 1);
    }
    tokenLengths[id] = tokenLengths[a]! + tokenLengths[b]!;
    // a pair that is merged twice keeps its later rank
    ranks.delete(pair);
    ranks.set(pair, [a, b]);

    for (let node = heads[candidate]!; node >= 0; node = listNext[node]!) {
      const word = listWords[node]!;
      const start = starts[word]!;
      const end = start + lengths[word]!;
      const times = counts[word]!;
      let to = start;
      for (let from = start; from < end; from++) {
        const symbol = symbols[from]!;
        if (symbol !== a || from + 1 >= end || symbols[from + 1] !== b) {
          symbols[to++] = symbol;
          continue;
        }
        if (to > start) {
          const previous = symbols[to - 1]!;
          pairCounts[pairOf(previous, a)]! -= times;
          if (tokenLengths[previous]! + tokenLengths[id]! < maxTokenLength) comesUp(previous, id, times, word);
        }
        if (from + 2 < end) {
          const next = symbols[from + 2]!;
          pairCounts[pairOf(b, next)]! -= times;
          if (tokenLengths[next]! + tokenLengths[id]! < maxTokenLength) comesUp(id, next, times, word);
        }
        symbols[to++] = id;
        from++;
      }
      lengths[word] = to - start;
    }
    enqueueOpened();
  }
  onProgress?.(tokens.length);
  return [...ranks.values()];
}
