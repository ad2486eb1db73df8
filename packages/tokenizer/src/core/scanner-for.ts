import type { Json } from '../types.js';
import {
  scanAll,
  scanCl100k,
  scanGpt2,
  scanGpt2Digits,
  scanLlama3,
  scanO200k,
  scanQwen2,
  type Scanner,
} from './scanners.js';

const tail = String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const contractions = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`;
const word = String.raw`[^\r\n\p{L}\p{N}]?\p{L}+`;
const upper = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const lower = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;

/** GPT-2's pattern (r50k, p50k). */
export const gpt2Pattern = String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/** cl100k's pattern, without the possessive quantifiers of tiktoken's form, which not every engine reads alike. */
export const cl100kPattern = String.raw`'(?i:[sdmt]|ll|ve|re)|${word}|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+\z|\s*[\r\n]|\s+(?!\S)|\s`;

/** o200k's pattern. */
export const o200kPattern = [
  String.raw`[^\r\n\p{L}\p{N}]?${upper}*${lower}+${contractions}?`,
  String.raw`[^\r\n\p{L}\p{N}]?${upper}+${lower}*${contractions}?`,
  String.raw`\p{N}{1,3}`,
  String.raw` ?[^\s\p{L}\p{N}]+[\r\n/]*`,
  String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`,
].join('|');

const known = new Map<string, Scanner>([
  [gpt2Pattern, scanGpt2],
  [String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, scanGpt2],
  [String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s`, scanGpt2],
  [cl100kPattern, scanCl100k],
  [
    String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`,
    scanCl100k,
  ],
  [String.raw`${contractions}|${word}|\p{N}{1,3}|${tail}`, scanLlama3],
  [String.raw`${contractions}|${word}|\p{N}|${tail}`, scanQwen2],
  [o200kPattern, scanO200k],
]);

/** The scanner of a pre-tokenization pattern; `null` where none was written for it. */
export const scannerOfPattern = (pattern: string): Scanner | null => known.get(pattern) ?? null;

type Part = { [key: string]: Json };

const isByteLevel = (part: Part, useRegex: boolean) =>
  part.type === 'ByteLevel' && part.add_prefix_space === false && (part.use_regex ?? true) === useRegex;

/** The scanner that does what a pre-tokenizer of a `tokenizer.json` does; `null` if there is none. */
export function scannerFor(preTokenizer: Json): Scanner | null {
  const part = preTokenizer as Part | null;
  if (part === null) return null;
  if (isByteLevel(part, true)) return scanGpt2;
  if (isByteLevel(part, false)) return scanAll;
  if (part.type !== 'Sequence') return null;
  const [first, second, ...more] = part.pretokenizers as Part[];
  if (!first || !second || more.length > 0) return null;
  if (first.type === 'Digits' && first.individual_digits === true && isByteLevel(second, true)) return scanGpt2Digits;
  const pattern = (first.pattern as Part | undefined)?.Regex;
  if (first.type !== 'Split' || first.behavior !== 'Isolated' || first.invert === true) return null;
  return typeof pattern === 'string' && isByteLevel(second, false) ? scannerOfPattern(pattern) : null;
}
