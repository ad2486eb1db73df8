import type { Decoder, Json } from '../../types.js';
import { readByteLevel } from '../byte-level-options.js';
import { readMetaspace } from '../pre-tokenizers/index.js';
import { readPattern } from '../read-pattern.js';
import type { JsonReader } from '../reader.js';
import { readTyped, type Readers } from '../typed.js';
import { byteFallbackDecoder, ByteLevelDecoder } from './bytes.js';
import { BpeDecoder, fuseDecoder, MetaspaceDecoder, ReplaceDecoder, StripDecoder } from './text.js';
import { CtcDecoder, WordPieceDecoder } from './word-piece.js';

/** Several decoders, one after another. */
export class SequenceDecoder implements Decoder {
  constructor(readonly decoders: readonly Decoder[]) {}

  decodeChain(tokens: string[]): string[] {
    return this.decoders.reduce((out, decoder) => decoder.decodeChain(out), tokens);
  }

  toJSON(): Json {
    return { type: 'Sequence', decoders: this.decoders.map((decoder) => decoder.toJSON()) };
  }
}

const readers: Readers<Decoder> = {
  BPEDecoder: (r) => new BpeDecoder(r.text('suffix')),
  ByteLevel: (r) => new ByteLevelDecoder(readByteLevel(r, true)),
  WordPiece: (r) => new WordPieceDecoder(r.text('prefix'), r.flag('cleanup')),
  Metaspace: (r) => new MetaspaceDecoder(readMetaspace(r)),
  CTC: (r) => new CtcDecoder(r.text('pad_token'), r.text('word_delimiter_token'), r.flag('cleanup')),
  Sequence: (r, depth) => new SequenceDecoder(r.list('decoders', (item) => readDecoder(item, depth))),
  Replace: (r) => new ReplaceDecoder(readPattern(r.get('pattern')), r.text('content')),
  Fuse: () => fuseDecoder,
  Strip: (r) => new StripDecoder(r.get('content').character(), r.get('start').integer(), r.get('stop').integer()),
  ByteFallback: () => byteFallbackDecoder,
};

/** Files of the first versions do not name the type: it is known by a field. */
const legacy = [
  ['BPEDecoder', 'suffix'],
  ['WordPiece', 'prefix'],
  ['CTC', 'pad_token'],
  ['Sequence', 'decoders'],
  ['Replace', 'pattern'],
  ['Strip', 'start'],
] as const;

/** The `decoder` of a `tokenizer.json`. */
export function readDecoder(reader: JsonReader, depth = 0): Decoder {
  return readTyped(reader, readers, legacy, depth);
}
