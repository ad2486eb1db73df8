import { byteToUnit } from './core/byte-alphabet.js';
import { Tokenizer } from './tokenizer.js';

const wholeBytes = {
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: false,
};

/** One token for each distinct character (code point) of `text`; ids in code point order, as nanoGPT's. */
export function characterTokenizer(text: string): Tokenizer {
  const points = [...new Set(Array.from(text, (c) => c.codePointAt(0)!))].sort((a, b) => a - b);
  return Tokenizer.fromJSON({
    version: '1.0',
    pre_tokenizer: {
      type: 'Split',
      pattern: { Regex: '[\\s\\S]' },
      behavior: 'Isolated',
      invert: false,
    },
    decoder: { type: 'Fuse' },
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(points.map((p, id) => [String.fromCodePoint(p), id])),
      unk_token: '<unk>',
    },
  });
}

/** One token for each byte of UTF-8; ids are the bytes. */
export function byteTokenizer(): Tokenizer {
  return Tokenizer.fromJSON({
    version: '1.0',
    pre_tokenizer: wholeBytes,
    decoder: wholeBytes,
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(Array.from(byteToUnit, (unit, b) => [String.fromCharCode(unit), b])),
      merges: [],
    },
  });
}
