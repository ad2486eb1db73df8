import type { AlignedText } from '../aligned-text.js';
import { byteToUnit } from '../core/byte-alphabet.js';
import { transform, type Change } from './transform.js';

const encoder = new TextEncoder();

/** A text spelled in the byte alphabet: a character for each byte of its UTF-8. */
export function toByteAlphabet(text: AlignedText): AlignedText {
  if (/^[!-~]*$/.test(text.text)) return text;
  const changes: Change[] = [];
  for (const c of text.text) {
    let change = 0;
    for (const byte of encoder.encode(c)) {
      changes.push([String.fromCharCode(byteToUnit[byte]!), change]);
      change = 1;
    }
  }
  return transform(text, changes);
}
