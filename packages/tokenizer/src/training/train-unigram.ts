import type { Tokenizer } from '../tokenizer.js';
import { PieceLattice, type Piece } from './piece-lattice.js';
import { repeatedSubstrings } from './repeated-substrings.js';
import { feed, Trainer, type TrainerOptions } from './trainer.js';

export interface UnigramTrainerOptions extends TrainerOptions {
  /** The token of unknown characters; it takes the first id unless it is among the special tokens. @default none */
  unkToken?: string;
  /** Longest piece, in characters. @default 16 */
  maxPieceLength?: number;
  /** Pieces to begin with. @default 1000000 */
  seedSize?: number;
  /** What share of the pieces survives each pruning. @default 0.75 */
  shrinkingFactor?: number;
  /** EM steps between prunings. @default 2 */
  numSubIterations?: number;
}

type Word = { points: number[]; count: number };

/** Pieces expected less often than this do not survive an EM step. */
const LEAST_EXPECTED = 0.5;

const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };

/**
 * Trains a Unigram language model of pieces as Hugging Face's `UnigramTrainer` does: repeated substrings, EM, pruning.
 * Words between spaces unless `preTokenizer` says otherwise.
 *
 * @see Kudo 2018, Subword Regularization, section 3.2
 */
export class UnigramTrainer extends Trainer {
  readonly #unigram: UnigramTrainerOptions;

  constructor(options: UnigramTrainerOptions) {
    const { normalizer = null, preTokenizer = metaspace, decoder = metaspace } = options;
    super(options, { normalizer, preTokenizer, decoder });
    this.#unigram = options;
  }

  finish(): Tokenizer {
    const { vocabSize, shrinkingFactor = 0.75, numSubIterations = 2, onProgress } = this.#unigram;
    const words: Word[] = [];
    for (const [word, count] of this.words()) words.push({ points: Array.from(word, (c) => c.codePointAt(0)!), count });
    let pieces = seedPieces(words, this.#unigram);
    const lattice = new PieceLattice(pieces);
    const desired = Math.floor((vocabSize * 11) / 10);
    for (;;) {
      for (let step = 0; step < numSubIterations; step++) {
        pieces = emStep(lattice, pieces, words);
        lattice.use(pieces);
        onProgress?.({ stage: 'learn', done: pieces.length, total: vocabSize });
      }
      if (pieces.length <= desired) break;
      const before = pieces.length;
      pieces = prune(lattice, pieces, words, Math.max(desired, Math.floor(pieces.length * shrinkingFactor)));
      lattice.use(pieces);
      if (pieces.length === before) break;
    }
    return this.#finalize(pieces, words);
  }

  /** The vocabulary: special tokens, then every character of the text and the likeliest pieces, likeliest first. */
  #finalize(pieces: Piece[], words: Word[]): Tokenizer {
    const { vocabSize, unkToken } = this.#unigram;
    const { specials } = this;
    const unknownAmongSpecials = unkToken === undefined ? -1 : specials.indexOf(unkToken);
    const head = unkToken !== undefined && unknownAmongSpecials < 0 ? [unkToken, ...specials] : specials;
    const scores = new Map(pieces.slice(1));
    const least = pieces.slice(1).reduce((min, [, score]) => Math.min(min, score), 0);
    const chosen = new Map<string, number>();
    let penalty = 0;
    const points = new Set(words.flatMap((word) => word.points));
    for (const point of [...points].sort((a, b) => a - b)) {
      const c = String.fromCodePoint(point);
      let score = scores.get(c);
      if (score === undefined) {
        score = least + penalty;
        penalty += 0.0001;
      }
      chosen.set(c, score);
    }
    const room = vocabSize - head.length;
    if (chosen.size > room)
      throw new RangeError(
        `UnigramTrainer: vocabSize (${vocabSize}) must be at least ${chosen.size + head.length}: the text has ${chosen.size} characters, and there are ${head.length} special tokens`,
      );
    for (const [piece, score] of scores) {
      if (chosen.size === room) break;
      if (!chosen.has(piece)) chosen.set(piece, score);
    }
    const tail = [...chosen].filter(([piece]) => !head.includes(piece)).sort((a, b) => b[1] - a[1]);
    const vocab: [string, number][] = [...head.map((token): [string, number] => [token, 0]), ...tail];
    return this.build(
      {
        type: 'Unigram',
        unk_id: unkToken === undefined ? null : Math.max(0, unknownAmongSpecials),
        vocab,
      },
      (token) => head.indexOf(token),
    );
  }
}

/** Every character and every repeated substring, with log probabilities by how much text they cover. */
function seedPieces(words: Word[], { maxPieceLength = 16, seedSize = 1_000_000 }: UnigramTrainerOptions): Piece[] {
  const characters = new Map<number, number>();
  const flat: number[] = [];
  for (const { points, count } of words) {
    for (const point of points) {
      flat.push(point);
      if (point !== 0) characters.set(point, (characters.get(point) ?? 0) + count);
    }
    flat.push(0);
  }
  const text = Int32Array.from(flat);
  const repeated = repeatedSubstrings(text, maxPieceLength).sort((a, b) => {
    const score = b.count * b.length - a.count * a.length;
    if (score !== 0) return score;
    for (let i = 0; i < a.length && i < b.length; i++) {
      const order = text[b.start + i]! - text[a.start + i]!;
      if (order !== 0) return order;
    }
    return b.length - a.length;
  });
  const pieces: Piece[] = [...characters]
    .sort((a, b) => b[1] - a[1] || b[0] - a[0])
    .map(([point, count]) => [String.fromCodePoint(point), count]);
  for (const { start, length, count } of repeated) {
    if (pieces.length >= seedSize) break;
    pieces.push([String.fromCodePoint(...text.subarray(start, start + length)), count * length]);
  }
  const logSum = Math.log(pieces.reduce((sum, [, score]) => sum + score, 0));
  return [['', NaN], ...pieces.map(([piece, score]): Piece => [piece, Math.log(score) - logSum])];
}

/** Expected counts, then probabilities with the sparse prior of a Dirichlet process. */
function emStep(lattice: PieceLattice, pieces: Piece[], words: Word[]): Piece[] {
  const expected = new Float64Array(pieces.length);
  for (const { points, count } of words) {
    lattice.load(points);
    lattice.addMarginals(count, expected);
  }
  const kept: Piece[] = [];
  let sum = 0;
  for (let id = 1; id < pieces.length; id++) {
    if (expected[id]! < LEAST_EXPECTED) continue;
    kept.push([pieces[id]![0], expected[id]!]);
    sum += expected[id]!;
  }
  const logSum = digamma(sum);
  return [pieces[0]!, ...kept.map(([piece, count]): Piece => [piece, digamma(count) - logSum])];
}

/** Drops the pieces without which the likelihood of the text falls least. */
function prune(lattice: PieceLattice, pieces: Piece[], words: Word[], size: number): Piece[] {
  const alwaysKeep = new Uint8Array(pieces.length).fill(1);
  const alternatives: number[][] = pieces.map(() => []);
  for (let id = 1; id < pieces.length; id++) {
    lattice.load(Array.from(pieces[id]![0], (c) => c.codePointAt(0)!));
    if (lattice.best().length >= 2) alwaysKeep[id] = 0;
    else {
      const instead = lattice.bestWithout(id);
      if (!instead.includes(id)) alternatives[id] = instead;
    }
  }
  const frequencies = new Float64Array(pieces.length);
  let total = 0;
  for (const { points, count } of words) {
    lattice.load(points);
    total += count;
    for (const id of lattice.best()) frequencies[id]! += count;
  }
  const sum = frequencies.reduce((a, b) => a + b, 0);
  const logSum = Math.log(sum);
  const kept: Piece[] = [pieces[0]!];
  const candidates: [id: number, loss: number][] = [];
  for (let id = 1; id < pieces.length; id++) {
    const frequency = frequencies[id]!;
    const instead = alternatives[id]!;
    if (frequency === 0 && !alwaysKeep[id]) continue;
    if (instead.length === 0) kept.push(pieces[id]!);
    else if (frequency > 0) {
      const logSumWithout = Math.log(sum + frequency * (instead.length - 1));
      let without = 0;
      for (const other of instead) without += Math.log(frequencies[other]! + frequency) - logSumWithout;
      candidates.push([id, (frequency / total) * (Math.log(frequency) - logSum - without)]);
    }
  }
  candidates.sort((a, b) => b[1] - a[1]);
  for (const [id] of candidates) {
    if (kept.length >= size) break;
    kept.push(pieces[id]!);
  }
  return kept;
}

/** The derivative of the logarithm of the gamma function, by its asymptotic series. */
function digamma(x: number): number {
  let result = 0;
  for (; x < 7; x++) result -= 1 / x;
  x -= 1 / 2;
  const inverse = 1 / (x * x);
  const fourth = inverse * inverse;
  return (
    result +
    Math.log(x) +
    inverse / 24 -
    (7 / 960) * fourth +
    (31 / 8064) * fourth * inverse -
    (127 / 30720) * fourth * fourth
  );
}

/** Trains a Unigram model on one text, or on several that are cut independently. */
export function trainUnigram(texts: string | Iterable<string>, options: UnigramTrainerOptions): Tokenizer {
  return feed(new UnigramTrainer(options), texts);
}
