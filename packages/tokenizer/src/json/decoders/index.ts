import type { Decoder, Json } from '../../types.js';
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
  BPEDecoder: (r) => new BpeDecoder(r.get('suffix').string()),
  ByteLevel: (r) =>
    new ByteLevelDecoder({
      add_prefix_space: r.get('add_prefix_space').or(true, (b) => b.boolean()),
      trim_offsets: r.get('trim_offsets').or(true, (b) => b.boolean()),
      use_regex: r.get('use_regex').or(true, (b) => b.boolean()),
    }),
  WordPiece: (r) => new WordPieceDecoder(r.get('prefix').string(), r.get('cleanup').boolean()),
  Metaspace: (r) => {
    const { replacement, scheme, split } = readMetaspace(r);
    return new MetaspaceDecoder(replacement, scheme, split);
  },
  CTC: (r) =>
    new CtcDecoder(r.get('pad_token').string(), r.get('word_delimiter_token').string(), r.get('cleanup').boolean()),
  Sequence: (r, depth) =>
    new SequenceDecoder(
      r
        .get('decoders')
        .items()
        .map((item) => readDecoder(item, depth)),
    ),
  Replace: (r) => new ReplaceDecoder(readPattern(r.get('pattern')), r.get('content').string()),
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
