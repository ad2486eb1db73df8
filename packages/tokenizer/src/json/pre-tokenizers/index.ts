import type { AlignedText } from '../../aligned-text.js';
import type { Json, PreTokenizer } from '../../types.js';
import { readByteLevel } from '../byte-level-options.js';
import { readPattern } from '../read-pattern.js';
import type { JsonReader } from '../reader.js';
import { splitBehaviors } from '../split.js';
import { readTyped, type Readers } from '../typed.js';
import { ByteLevelPreTokenizer } from './byte-level.js';
import { FixedLengthPreTokenizer } from './fixed-length.js';
import { MetaspacePreTokenizer, prependSchemes, type MetaspaceOptions } from './metaspace.js';
import {
  bertPreTokenizer,
  charDelimiterSplit,
  digits,
  punctuationSplit,
  SplitPreTokenizer,
  whitespace,
  whitespaceSplit,
} from './split.js';
import { unicodeScripts } from './unicode-scripts.js';

/** Several pre-tokenizers: each cuts the pieces of the one before. */
export class SequencePreTokenizer implements PreTokenizer {
  constructor(readonly preTokenizers: readonly PreTokenizer[]) {}

  preTokenize(piece: AlignedText): AlignedText[] {
    let pieces = [piece];
    for (const preTokenizer of this.preTokenizers)
      pieces = pieces.flatMap((part) => (part.text === '' ? [] : preTokenizer.preTokenize(part)));
    return pieces;
  }

  toJSON(): Json {
    return { type: 'Sequence', pretokenizers: this.preTokenizers.map((preTokenizer) => preTokenizer.toJSON()) };
  }
}

/** The options of Metaspace, which is a pre-tokenizer and a decoder. */
export function readMetaspace(r: JsonReader): MetaspaceOptions {
  const scheme = r.get('prepend_scheme').or('always' as const, (s) => s.oneOf(prependSchemes));
  const prefix = r.get('add_prefix_space');
  if (prefix.value === false && scheme !== 'never')
    prefix.reject(`is false, but ${r.path}.prepend_scheme is "${scheme}" rather than "never"`);
  return {
    replacement: r.get('replacement').character(),
    prepend_scheme: scheme,
    split: r.flag('split', true),
  };
}

const readers: Readers<PreTokenizer> = {
  BertPreTokenizer: bertPreTokenizer,
  ByteLevel: (r) => new ByteLevelPreTokenizer(readByteLevel(r)),
  CharDelimiterSplit: (r) => charDelimiterSplit(r.get('delimiter').character()),
  Delimiter: (r) => charDelimiterSplit(r.get('delimiter').character()),
  Metaspace: (r) => new MetaspacePreTokenizer(readMetaspace(r)),
  Whitespace: whitespace,
  Sequence: (r, depth) => new SequencePreTokenizer(r.list('pretokenizers', (item) => readPreTokenizer(item, depth))),
  Split: (r) =>
    new SplitPreTokenizer(
      readPattern(r.get('pattern')),
      r.get('behavior').oneOf(splitBehaviors),
      r.flag('invert', false),
    ),
  Punctuation: (r) => punctuationSplit(r.get('behavior').or('Isolated' as const, (b) => b.oneOf(splitBehaviors))),
  WhitespaceSplit: whitespaceSplit,
  Digits: (r) => digits(r.flag('individual_digits', false)),
  UnicodeScripts: () => unicodeScripts,
  FixedLength: (r) => {
    const length = r.get('length').or(5, (l) => l.integer());
    if (length === 0) r.get('length').reject('must be at least 1');
    return new FixedLengthPreTokenizer(length);
  },
};

/** The `pre_tokenizer` of a `tokenizer.json`. */
export function readPreTokenizer(reader: JsonReader, depth = 0): PreTokenizer {
  return readTyped(reader, readers, [], depth);
}
