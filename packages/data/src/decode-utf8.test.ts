import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8 } from './decode-utf8.js';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('decodeUtf8', () => {
  it('reads any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const mark = text.startsWith('\ufeff') ? '' : '\ufeff';
        expect(decodeUtf8(new TextEncoder().encode(mark + text))).toBe(mark ? text : text.slice(1));
      }),
    );
  });

  it.each([
    ['a byte that begins nothing', bytes(0x61, 0x62, 0xff, 0x63), '0xff at offset 2'],
    ['a continuation alone', bytes(0x80), '0x80 at offset 0'],
    ['Latin-1', bytes(0x47, 0x72, 0xfc, 0xdf, 0x65), '0xfc at offset 2'],
    ['a sequence that is broken off', bytes(0x61, 0xe2, 0x82, 0x61), '0xe2 at offset 1'],
    ['a sequence at the end', bytes(0xf0, 0x9f, 0x99), '0xf0 at offset 0'],
    ['an overlong form', bytes(0xc0, 0x80), '0xc0 at offset 0'],
    ['an overlong form of three', bytes(0xe0, 0x9f, 0xbf), '0xe0 at offset 0'],
    ['a surrogate', bytes(0x61, 0xed, 0xa0, 0x80), '0xed at offset 1'],
    ['a code point beyond the last', bytes(0xf4, 0x90, 0x80, 0x80), '0xf4 at offset 0'],
    ['UTF-16', bytes(0xff, 0xfe, 0x61, 0x00), '0xff at offset 0 does not fit (it looks like UTF-16)'],
  ])('says where %s is', (_what, given, where) => {
    expect(() => decodeUtf8(given, 'poem.txt')).toThrow(`poem.txt is not UTF-8 text: byte ${where}`);
  });

  it('finds a wrong byte wherever it stands', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (before, after) => {
        const encoder = new TextEncoder();
        const start = encoder.encode(before);
        const given = bytes(...start, 0xfe, ...encoder.encode(after));
        expect(() => decodeUtf8(given)).toThrow(`byte 0xfe at offset ${start.length} does not fit`);
      }),
    );
  });
});
