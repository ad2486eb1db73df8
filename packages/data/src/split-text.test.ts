import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText } from './split-text.js';

const { splits } = JSON.parse(readFileSync(new URL('../test/fixtures/data.json', import.meta.url), 'utf8')) as {
  splits: { text: string; heldOut: number; train: string; validation: string }[];
};

describe('splitText', () => {
  it.each(splits)('cuts where nanoGPT does: $text, $heldOut', ({ text, heldOut, train, validation }) => {
    expect(splitText(text, { heldOut })).toEqual({ train, heldOut: validation });
  });

  it('loses nothing and cuts no character in two', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (text, part) => {
          const { train, heldOut } = splitText(text, { heldOut: part });
          expect(train + heldOut).toBe(text);
          expect([...train].length).toBe(Math.floor([...text].length * (1 - part)));
        },
      ),
    );
  });

  it('refuses an empty text and parts that are none', () => {
    expect(() => splitText('')).toThrow('the text is empty');
    expect(() => splitText('abc', { heldOut: 1 })).toThrow('heldOut must be from 0 to below 1, found 1');
    expect(() => splitText('abc', { heldOut: NaN })).toThrow('found NaN');
  });
});
