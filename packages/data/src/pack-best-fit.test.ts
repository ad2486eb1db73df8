import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixtures } from '../test/stone-tokenizer.js';
import { packBestFit } from './index.js';

describe('packBestFit', () => {
  it.each(fixtures.packing)('packs as TRL: $lengths.length lengths into $capacity', ({ lengths, capacity, rows }) => {
    expect(packBestFit(lengths, capacity)).toEqual(rows);
  });

  it('places every document once, and none beyond the end of a row', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 })), fc.integer({ min: 1, max: 24 }), (lengths, capacity) => {
        const rows = packBestFit(lengths, capacity);
        expect(rows.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
        for (const row of rows)
          expect(row.reduce((sum, i) => sum + Math.min(lengths[i]!, capacity), 0)).toBeLessThanOrEqual(capacity);
      }),
    );
  });

  it('refuses rows of no tokens', () => {
    expect(() => packBestFit([1], 0)).toThrow('capacity must be a whole number from 1 on, found 0');
  });
});
