import fc from 'fast-check';
import { expect, test } from 'vitest';
import { split } from './split.js';

test('ranges follow each other, cover all units and begin at multiples', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(1, 4, 8, 16),
      fc.integer({ min: 1, max: 10 }),
      (total, parts, multiple, times) => {
        const ranges = split(total, parts, { multiple, least: multiple * times });
        expect(ranges.length).toBeLessThanOrEqual(parts);
        expect(ranges[0]![0]).toBe(0);
        expect(ranges.at(-1)![1]).toBe(total);
        ranges.forEach(([from, to], i) => {
          expect(from).toBe(i === 0 ? 0 : ranges[i - 1]![1]);
          expect(from).toBeLessThan(to);
          expect(from % multiple).toBe(0);
        });
        const lengths = ranges.map(([from, to]) => to - from);
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(2 * multiple);
      },
    ),
  );
});

test('nothing to do is one empty range', () => expect(split(0, 4)).toEqual([[0, 0]]));

test('units that are too few for two ranges stay together', () => {
  expect(split(100, 4, { multiple: 4, least: 64 })).toEqual([[0, 100]]);
  expect(split(128, 4, { multiple: 4, least: 64 })).toEqual([
    [0, 64],
    [64, 128],
  ]);
});
