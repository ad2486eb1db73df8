import type { AlignedText } from '../../aligned-text.js';
import type { Json, Normalizer } from '../../types.js';
import { toByteAlphabet } from '../byte-level.js';
import { readPattern } from '../read-pattern.js';
import type { JsonReader } from '../reader.js';
import { readTyped, type Readers } from '../typed.js';
import { BertNormalizer } from './bert.js';
import { lowercaseNormalizer } from './lowercase.js';
import { nmtNormalizer } from './nmt.js';
import { CharacterMap, PrecompiledNormalizer } from './precompiled.js';
import { PrependNormalizer, ReplaceNormalizer } from './replace.js';
import { stripAccentsNormalizer, StripNormalizer } from './strip.js';
import { UnicodeFormNormalizer, type UnicodeForm } from './unicode-form.js';

/** Several normalizers, one after another. */
export class SequenceNormalizer implements Normalizer {
  constructor(readonly normalizers: readonly Normalizer[]) {}

  normalize(text: AlignedText): AlignedText {
    return this.normalizers.reduce((out, normalizer) => normalizer.normalize(out), text);
  }

  toJSON(): Json {
    return { type: 'Sequence', normalizers: this.normalizers.map((normalizer) => normalizer.toJSON()) };
  }
}

/** Spells a text in the byte alphabet. */
export const byteLevelNormalizer: Normalizer = {
  normalize: toByteAlphabet,
  toJSON: () => ({ type: 'ByteLevel' }),
};

const form = (name: UnicodeForm) => () => new UnicodeFormNormalizer(name);
const bert = (r: JsonReader) =>
  new BertNormalizer({
    clean_text: r.flag('clean_text'),
    handle_chinese_chars: r.flag('handle_chinese_chars'),
    strip_accents: r.flag('strip_accents', null),
    lowercase: r.flag('lowercase'),
  });

function characterMap(reader: JsonReader): CharacterMap {
  const base64 = reader.string();
  return reader.guard(() => new CharacterMap(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))));
}

const readers: Readers<Normalizer> = {
  BertNormalizer: bert,
  Bert: bert,
  Strip: (r) => new StripNormalizer(r.flag('strip_left'), r.flag('strip_right')),
  StripAccents: () => stripAccentsNormalizer,
  NFC: form('NFC'),
  NFD: form('NFD'),
  NFKC: form('NFKC'),
  NFKD: form('NFKD'),
  Sequence: (r, depth) => new SequenceNormalizer(r.list('normalizers', (item) => readNormalizer(item, depth))),
  Lowercase: () => lowercaseNormalizer,
  Nmt: () => nmtNormalizer,
  Precompiled: (r) => new PrecompiledNormalizer(characterMap(r.get('precompiled_charsmap'))),
  Replace: (r) => new ReplaceNormalizer(readPattern(r.get('pattern')), r.text('content')),
  Prepend: (r) => new PrependNormalizer(r.text('prepend')),
  ByteLevel: () => byteLevelNormalizer,
};

/** Files of the first versions do not name the type: it is known by a field. */
const legacy = [
  ['BertNormalizer', 'clean_text'],
  ['Strip', 'strip_left'],
  ['Sequence', 'normalizers'],
  ['Precompiled', 'precompiled_charsmap'],
  ['Replace', 'pattern'],
  ['Prepend', 'prepend'],
] as const;

/** The `normalizer` of a `tokenizer.json`. */
export function readNormalizer(reader: JsonReader, depth = 0): Normalizer {
  return readTyped(reader, readers, legacy, depth);
}
