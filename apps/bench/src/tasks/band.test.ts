import { expect, test } from 'vitest';
import { bandOf, describeBand, isWithin } from './band.js';

test('a band is the range of a reference, widened by its standard deviation', () => {
  const band = bandOf([1, 2, 3]);
  expect(band).toEqual({ min: 1, max: 3, std: 1 });
  expect(describeBand(band)).toBe('1.000 .. 3.000 ± 1.000');
  expect([-0.1, 0, 4, 4.1].map((value) => isWithin(band, value))).toEqual([false, true, true, false]);
});
