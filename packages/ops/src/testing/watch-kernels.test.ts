import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { cpu } from '../cpu/index.js';
import { attention, linear, useBackend } from '../index.js';
import { wasm } from '../wasm/index.js';
import { watchKernels, type WatchedKernel } from './index.js';

test('what a kernel has to do is told by what it is called with, until the end', async () => {
  await useBackend(wasm());
  const seen: WatchedKernel[] = [];
  const end = watchKernels((kernel) => seen.push(kernel));
  tf.tidy(() => {
    linear(tf.ones([3, 4]), tf.ones([5, 4]));
    attention(tf.ones([2, 3, 16]), tf.ones([2, 3, 16]), tf.ones([2, 3, 16]), { numHeads: 2 });
  });
  const done = seen.filter(({ work }) => work);
  expect(done.map(({ name }) => name)).toEqual(['x Wᵀ: [3, 4] x [4, 5]', 'attention']);
  expect(done[0]!.work).toEqual({ operations: 2 * 3 * 4 * 5, bytes: 4 * (3 * 4 + 4 * 5 + 3 * 5) });
  // 2 texts with 2 heads of 8, in which 1 + 2 + 3 pairs see each other: two products of 8 terms, and the softmax
  expect(done[1]!.work!.operations).toBe(2 * 2 * 6 * (2 * 2 * 8 + 24));
  for (const { milliseconds } of seen) expect(milliseconds).toBeGreaterThanOrEqual(0);

  end();
  const { length } = seen;
  tf.tidy(() => void linear(tf.ones([3, 4]), tf.ones([5, 4])));
  expect(seen).toHaveLength(length);
});

test('another backend has no such kernels', async () => {
  await useBackend(cpu());
  expect(() => watchKernels(() => {})).toThrow('watchKernels: the backend is cpu, not wasm of @ashlar/ops');
});
