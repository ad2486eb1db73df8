import type { Encoding } from './types.js';

/** What an offset counts: UTF-16 units (JavaScript's string index), bytes of UTF-8, or code points (Python's index). */
export type OffsetUnit = 'utf16' | 'bytes' | 'codePoints';

/** Rewrites the offsets of an encoding of `text`, which count UTF-16 units, to another unit. */
export function convertOffsets(encoding: Encoding, text: string, unit: OffsetUnit): void {
  if (unit === 'utf16') return;
  const places = new Int32Array(text.length + 1);
  let at = 0;
  for (let i = 0; i < text.length;) {
    const point = text.codePointAt(i)!;
    places[i++] = at;
    // the second half of a pair stands for its character
    if (point > 0xffff) places[i++] = at;
    at += unit === 'codePoints' ? 1 : utf8Width(point);
  }
  places[text.length] = at;
  encoding.offsets = encoding.offsets.map(([start, end]) => [places[start]!, places[end]!]);
}

/** Bytes of a code point in UTF-8; a lone surrogate counts as the U+FFFD that stands for it. */
export const utf8Width = (point: number): number => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);

/** For each byte of a text's UTF-8: where its character begins and ends in UTF-16 units. */
export function unitsOfBytes(text: string): { starts: Int32Array; ends: Int32Array } {
  const starts = new Int32Array(text.length * 3);
  const ends = new Int32Array(text.length * 3);
  let at = 0;
  for (let i = 0; i < text.length;) {
    const point = text.codePointAt(i)!;
    const next = i + (point > 0xffff ? 2 : 1);
    for (let n = utf8Width(point); n > 0; n--) {
      starts[at] = i;
      ends[at++] = next;
    }
    i = next;
  }
  return { starts: starts.subarray(0, at), ends: ends.subarray(0, at) };
}
