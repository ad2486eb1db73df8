import { expect, test } from 'vitest';
import { quantile, ratioOf, timesOf } from './statistics.js';

test('quantiles are those of numpy', () => {
  const values = [9, 1, 5, 3];
  expect([0, 0.1, 0.5, 0.9, 1].map((q) => quantile(values, q))).toEqual(
    [1, 1.6, 4, 7.8, 9].map((x) => expect.closeTo(x, 12)),
  );
  expect(timesOf([2])).toEqual({ min: 2, median: 2, p10: 2, p90: 2 });
  expect(quantile([], 0.5)).toBeNaN();
});

test('a ratio compares the rounds in which both ran', () => {
  const slow = [[20, 22, 24], [60, 60], [11]];
  const base = [[10, 11, 12], [20, 20], [11]];
  expect(ratioOf(slow, base)).toEqual({ median: 2, min: 1, max: 3 });
});
