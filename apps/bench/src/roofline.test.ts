import { expect, test } from 'vitest';
import { measureRoofline } from './roofline.js';

test('the machine does what any with 128-bit vectors does', async () => {
  const { flopsPerSecond, bufferBytes, readPerSecond, copyPerSecond } = await measureRoofline({ bufferBytes: 2 ** 20 });
  expect(bufferBytes).toBe(2 ** 20);
  expect(flopsPerSecond).toBeGreaterThan(1e9);
  expect(readPerSecond).toBeGreaterThan(1e8);
  expect(copyPerSecond).toBeGreaterThan(1e8);
});
