import { expect, test } from 'vitest';
import { availableCores, threadCount } from './count.js';

test('never more threads than cores', () => {
  expect(threadCount(1, 4, true)).toBe(1);
  expect(threadCount(3, 4, true)).toBe(3);
  expect(threadCount(8, 4, true)).toBe(4);
  expect(threadCount('auto', 4, true)).toBe(4);
  expect(threadCount('auto')).toBe(availableCores());
});

test('where memory cannot be shared, several threads are refused and auto is one', () => {
  expect(threadCount(1, 4, false)).toBe(1);
  expect(threadCount('auto', 4, false)).toBe(1);
  expect(() => threadCount(2, 4, false)).toThrow(/2 threads need a cross-origin isolated page/);
});

test.each([0, -1, 1.5, NaN, Infinity])('%d threads are refused', (asked) =>
  expect(() => threadCount(asked)).toThrow(`threads (${asked}) must be a positive integer or 'auto'`),
);
