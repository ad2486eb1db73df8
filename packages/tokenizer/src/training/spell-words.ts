import type { TrainingWords } from './learn-merges.js';

export interface AlphabetOptions {
  /** Characters that become tokens even where the text lacks them. @default all bytes if byte-level, else [] */
  initialAlphabet?: Iterable<string>;
  /** Most characters kept, the frequent ones. @default none */
  limitAlphabet?: number;
  /** Prefix of tokens that do not begin a word, such as `##`. */
  continuingSubwordPrefix?: string;
  /** Suffix of tokens that end a word, such as `</w>`. */
  endOfWordSuffix?: string;
}

/**
 * The first tokens of a vocabulary (special ones, then the alphabet in code point order) and all words spelled in them.
 * Characters outside of a limited alphabet are left out of the words.
 */
export function spellWords(
  counted: Iterable<[string, number]>,
  specials: readonly string[],
  options: AlphabetOptions,
): { tokens: string[]; words: TrainingWords } {
  const { initialAlphabet = [], limitAlphabet = Infinity } = options;
  const { continuingSubwordPrefix: prefix = '', endOfWordSuffix: suffix = '' } = options;
  const words: string[] = [];
  const counts: number[] = [];
  const seen = new Map<string, number>();
  let length = 0;
  for (const [word, count] of counted) {
    words.push(word);
    counts.push(count);
    for (const c of word) {
      seen.set(c, (seen.get(c) ?? 0) + count);
      length++;
    }
  }
  for (const c of initialAlphabet) seen.set(c.slice(0, String.fromCodePoint(c.codePointAt(0) ?? 0).length), Infinity);
  const byPoint = [...seen].sort((x, y) => x[0].codePointAt(0)! - y[0].codePointAt(0)!);
  if (byPoint.length > limitAlphabet) {
    byPoint.sort((x, y) => (x[1] === y[1] ? 0 : x[1] - y[1]));
    byPoint.splice(0, byPoint.length - limitAlphabet);
    byPoint.sort((x, y) => x[0].codePointAt(0)! - y[0].codePointAt(0)!);
  }
  const tokens = [...new Set(specials)];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const idOf = (token: string): number => {
    let id = ids.get(token);
    if (id === undefined) ids.set(token, (id = tokens.push(token) - 1));
    return id;
  };
  for (const [c] of byPoint) idOf(c);

  const symbols = new Int32Array(length);
  const starts = new Int32Array(words.length + 1);
  let at = 0;
  words.forEach((word, w) => {
    let i = 0;
    for (const c of word) {
      const first = i === 0;
      i += c.length;
      if (!ids.has(c)) continue;
      symbols[at++] = idOf((first ? '' : prefix) + c + (i === word.length ? suffix : ''));
    }
    starts[w + 1] = at;
  });
  return {
    tokens,
    words: { symbols: symbols.subarray(0, at), starts, counts },
  };
}
