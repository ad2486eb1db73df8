import { ByteBpeModel } from '../core/byte-bpe-model.js';
import { ByteLevelDecoder } from '../json/decoders/bytes.js';
import type { TokenizerParts } from '../types.js';
import { tiktokenEncodings, type TiktokenEncoding, type TiktokenName } from './encodings.js';
import { readRanks } from './ranks.js';

/**
 * One of OpenAI's encodings, or one of your own: its pattern, and the parts around it.
 *
 * @param ranks the `.tiktoken` file, text or bytes
 * @throws an error that names the line of the file, or what the encoding lacks
 */
export function tiktokenParts(
  ranks: string | Uint8Array,
  encoding: TiktokenName | TiktokenEncoding,
): TokenizerParts & { pattern: string } {
  const known: TiktokenEncoding | undefined = typeof encoding === 'string' ? tiktokenEncodings[encoding] : encoding;
  if (!known)
    throw new RangeError(
      `no encoding ${JSON.stringify(encoding)}; there are ${Object.keys(tiktokenEncodings).join(', ')}`,
    );
  const model = new ByteBpeModel({ vocabulary: readRanks(ranks), merges: null, ignoreMerges: true });
  return {
    pattern: known.pattern,
    model,
    addedTokens: Object.entries(known.specialTokens).map(([content, id]) => {
      if (model.vocabulary.has(id))
        throw new RangeError(`the id ${id} of ${JSON.stringify(content)} belongs to a token of the ranks`);
      return { id, content, singleWord: false, lstrip: false, rstrip: false, normalized: false, special: true };
    }),
    decoder: new ByteLevelDecoder(),
  };
}
