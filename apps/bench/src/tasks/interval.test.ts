import { expect, test } from 'vitest';
import { correlation, shareInterval } from './interval.js';

test("the interval of a share is Wilson's", () => {
  // statsmodels: proportion_confint(8, 10, method='wilson')
  const { share, low, high } = shareInterval(8, 10);
  expect(share).toBe(0.8);
  expect(low).toBeCloseTo(0.490162, 5);
  expect(high).toBeCloseTo(0.943318, 5);
});

test('correlation is 1 on a line, -1 on a falling one, and 0 where there is none', () => {
  expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
  expect(correlation([1, 2, 3], [6, 4, 2])).toBeCloseTo(-1, 12);
  expect(correlation([1, 2, 3, 4], [1, -1, -1, 1])).toBeCloseTo(0, 12);
});
