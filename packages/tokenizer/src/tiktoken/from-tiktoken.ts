import { AlignedText } from '../aligned-text.js';
import { bytesToAlphabet } from '../core/byte-alphabet.js';
import { ByteBpeModel } from '../core/byte-bpe-model.js';
import { ByteBuffer } from '../core/byte-buffer.js';
import { scannerOfPattern } from '../core/scanner-for.js';
import type { Scanner } from '../core/scanners.js';
import { ByteLevelDecoder } from '../json/decoders/bytes.js';
import { unitsOfBytes } from '../offsets.js';
import type { Json, PreTokenizer, TokenizerParts } from '../types.js';
import { tiktokenEncodings, type TiktokenEncoding, type TiktokenName } from './encodings.js';
import { readRanks } from './ranks.js';

/**
 * The parts of one of OpenAI's encodings, or of an encoding of your own.
 *
 * @param ranks the `.tiktoken` file, text or bytes
 * @param cut makes a pre-tokenizer for a pattern that has no scanner
 * @throws an error that names the line of the file, or what the encoding lacks
 */
export function tiktokenParts(
  ranks: string | Uint8Array,
  encoding: TiktokenName | TiktokenEncoding,
  cut: (json: Json) => PreTokenizer,
): TokenizerParts {
  const known: TiktokenEncoding | undefined = typeof encoding === 'string' ? tiktokenEncodings[encoding] : encoding;
  if (!known)
    throw new RangeError(
      `fromTiktoken: no encoding ${JSON.stringify(encoding)}; there are ${Object.keys(tiktokenEncodings).join(', ')}`,
    );
  const model = ByteBpeModel.fromRanks(readRanks(ranks));
  const json: Json = {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: known.pattern }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
    ],
  };
  const scan = scannerOfPattern(known.pattern);
  return {
    model,
    addedTokens: Object.entries(known.specialTokens).map(([content, id]) => {
      if (model.vocabulary.has(id))
        throw new RangeError(`fromTiktoken: id ${id} of ${JSON.stringify(content)} belongs to a token of the ranks`);
      return { id, content, singleWord: false, lstrip: false, rstrip: false, normalized: false, special: true };
    }),
    preTokenizer: scan ? new ScannerPreTokenizer(scan, json) : cut(json),
    decoder: new ByteLevelDecoder(),
  };
}

/** Cuts with a scanner and spells the pieces in the byte alphabet. */
class ScannerPreTokenizer implements PreTokenizer {
  constructor(
    private readonly scan: Scanner,
    private readonly json: Json,
  ) {}

  preTokenize(piece: AlignedText): AlignedText[] {
    const { starts, ends } = unitsOfBytes(piece.text);
    for (let i = 0; i < starts.length; i++) [starts[i], ends[i]] = piece.sourceRange(starts[i]!, ends[i]!);
    const buffer = new ByteBuffer();
    buffer.setText(piece.text);
    const all = new AlignedText(bytesToAlphabet(buffer.bytes, 0, buffer.length), piece.sourceStart, starts, ends);
    const pieces: AlignedText[] = [];
    for (let i = 0; i < buffer.length;) {
      const end = this.scan(buffer.bytes, i, buffer.length);
      pieces.push(all.slice(i, end));
      i = end;
    }
    return pieces;
  }

  toJSON(): Json {
    return this.json;
  }
}
