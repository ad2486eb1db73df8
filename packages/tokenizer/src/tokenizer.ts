import { scannerFor } from './core/scanner-for.js';
import { partsFromJSON } from './json/from-json.js';
import { partsToJSON } from './json/to-json.js';
import { readPreTokenizer } from './json/pre-tokenizers/index.js';
import { JsonReader } from './json/reader.js';
import { PipelineTokenizer } from './pipeline-tokenizer.js';
import type { TiktokenEncoding, TiktokenName } from './tiktoken/encodings.js';
import { tiktokenParts } from './tiktoken/from-tiktoken.js';
import type { TokenizerJson, TokenizerParts } from './types.js';

/** Text to token ids and back, read from and written to Hugging Face's `tokenizer.json`. */
export class Tokenizer extends PipelineTokenizer {
  constructor(parts: TokenizerParts) {
    super(parts, scannerFor(parts.preTokenizer?.toJSON() ?? null));
  }

  /**
   * From the object of a `tokenizer.json`.
   *
   * @throws an error that names the JSON path and what was expected there
   */
  static fromJSON(json: unknown): Tokenizer {
    return new Tokenizer(partsFromJSON(json));
  }

  /**
   * From a `.tiktoken` file of ranks.
   *
   * @param ranks the file's text or bytes
   * @param encoding a name of OpenAI's, or the pattern and special tokens that the file does not hold
   */
  static fromTiktoken(ranks: string | Uint8Array, encoding: TiktokenName | TiktokenEncoding): Tokenizer {
    const { pattern, ...parts } = tiktokenParts(ranks, encoding);
    const json = {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    };
    return new Tokenizer({ ...parts, preTokenizer: readPreTokenizer(new JsonReader(json, 'encoding')) });
  }

  /** The object of a `tokenizer.json` that Hugging Face's `tokenizers` opens. */
  toJSON(): TokenizerJson {
    return partsToJSON(this.parts);
  }
}
