import type { Json } from '../types.js';
import { scanAll, scanGpt2, type Scanner } from './scanners.js';

/** The scanner that does what a pre-tokenizer of a `tokenizer.json` does; `null` if there is none. */
export function scannerFor(preTokenizer: Json): Scanner | null {
  if (preTokenizer === null || typeof preTokenizer !== 'object' || Array.isArray(preTokenizer)) return null;
  if (preTokenizer.type !== 'ByteLevel' || preTokenizer.add_prefix_space) return null;
  return preTokenizer.use_regex === false ? scanAll : scanGpt2;
}
