import { scannerOfPattern } from './core/scanner-for.js';
import { PipelineTokenizer } from './pipeline-tokenizer.js';
import type { TiktokenEncoding, TiktokenName } from './tiktoken/encodings.js';
import { tiktokenParts } from './tiktoken/from-tiktoken.js';

export { PipelineTokenizer } from './pipeline-tokenizer.js';
export type { DecodeOptions, EncodeOptions, EncodingOptions } from './pipeline-tokenizer.js';
export type { DecodeStream } from './stream/decode-stream.js';
export { tiktokenEncodings, type TiktokenEncoding, type TiktokenName } from './tiktoken/encodings.js';
export { readRanks, writeRanks } from './tiktoken/ranks.js';

/**
 * A tokenizer from a `.tiktoken` file of ranks, without the parts that only a `tokenizer.json` needs.
 *
 * @param ranks the file's text or bytes
 * @param encoding a name of OpenAI's, or the pattern (one of OpenAI's, GPT-2's, Llama 3's or Qwen's) and special tokens
 * @throws an error that names what is wrong with the file or the encoding
 */
export function loadTiktoken(ranks: string | Uint8Array, encoding: TiktokenName | TiktokenEncoding): PipelineTokenizer {
  const { pattern, ...parts } = tiktokenParts(ranks, encoding);
  const scan = scannerOfPattern(pattern);
  if (!scan)
    throw new RangeError(
      `loadTiktoken: no scanner for the pattern ${pattern}; Tokenizer.fromTiktoken of @ashlar/tokenizer reads any`,
    );
  return new PipelineTokenizer(parts, scan);
}
