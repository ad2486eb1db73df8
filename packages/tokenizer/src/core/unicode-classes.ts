/** Bits of the class of a code point, as the pre-tokenization patterns need them. */
export const LETTER = 1;
export const NUMBER = 2;
export const SPACE = 4;
/** Line feed or carriage return. */
export const NEWLINE = 8;
/** `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`, how o200k's words begin. */
export const UPPER = 16;
/** `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`, how o200k's words go on. */
export const LOWER = 32;

// White_Space rather than \s: JavaScript's \s has U+FEFF and lacks U+0085
const classes: [number, RegExp][] = [
  [LETTER, /\p{L}+/gu],
  [NUMBER, /\p{N}+/gu],
  [SPACE, /\p{White_Space}+/gu],
  [UPPER, /[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+/gu],
  [LOWER, /[\p{Ll}\p{Lm}\p{Lo}\p{M}]+/gu],
];

const table = new Uint8Array(0x110000);
const filled = new Uint8Array(0x1100);

/** Classes are looked up a page of 256 code points at a time, on first use. */
function fill(page: number): void {
  filled[page] = 1;
  if (page >= 0xd8 && page <= 0xdf) return;
  const first = page << 8;
  let text = '';
  for (let i = 0; i < 256; i++) text += String.fromCodePoint(first + i);
  const width = first > 0xffff ? 2 : 1;
  for (const [bit, pattern] of classes)
    for (const match of text.matchAll(pattern)) {
      const from = first + match.index / width;
      const to = from + match[0].length / width;
      for (let cp = from; cp < to; cp++) table[cp]! |= bit;
    }
  if (page === 0) {
    table[10]! |= NEWLINE;
    table[13]! |= NEWLINE;
  }
}
fill(0);

/** Set in `byteClass` for bytes that are no ASCII character, the sentinel after a text included. */
export const HIGH = 64;

/** Classes of the ASCII characters by byte; `HIGH` for other bytes. */
export const byteClass: Uint8Array = new Uint8Array(256).fill(HIGH);
byteClass.set(table.subarray(0, 128));

/** Class bits of a code point. */
export function classOf(codePoint: number): number {
  if (filled[codePoint >> 8] === 0) fill(codePoint >> 8);
  return table[codePoint]!;
}

/** Class and width of the UTF-8 character at `i`: `class | width << 8`. The bytes must be well formed. */
export function classAt(bytes: Uint8Array, i: number): number {
  const c = bytes[i]!;
  if (c < 0x80) return byteClass[c]! | 0x100;
  if (c < 0xe0) return classOf(((c & 31) << 6) | (bytes[i + 1]! & 63)) | 0x200;
  if (c < 0xf0) return classOf(((c & 15) << 12) | ((bytes[i + 1]! & 63) << 6) | (bytes[i + 2]! & 63)) | 0x300;
  return (
    classOf(((c & 7) << 18) | ((bytes[i + 1]! & 63) << 12) | ((bytes[i + 2]! & 63) << 6) | (bytes[i + 3]! & 63)) | 0x400
  );
}
