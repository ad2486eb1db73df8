import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { registerGradients } from '../gradients/index.js';
import { alibiBias } from '../ops/alibi-bias.js';
import { attention, type AttentionOptions } from '../ops/attention.js';
import { DropoutRng } from '../random/dropout-rng.js';
import type { TfjsWasmBackend } from './device.js';
import { wasm } from './index.js';

const heap = { live: 0, peak: 0 };

beforeAll(async () => {
  await useBackend(wasm({ threads: 1 }));
  registerGradients();
  countBytes((tf.backend() as TfjsWasmBackend).wasm);
});

/** Keeps `heap` up to date with what is allocated. */
function countBytes(memory: TfjsWasmBackend['wasm']): void {
  const { _malloc: malloc, _free: free } = memory;
  const sizes = new Map<number, number>();
  memory._malloc = (bytes) => {
    const address = malloc(bytes);
    sizes.set(address, bytes);
    heap.peak = Math.max(heap.peak, (heap.live += bytes));
    return address;
  };
  memory._free = (address) => {
    heap.live -= sizes.get(address) ?? 0;
    sizes.delete(address);
    free(address);
  };
}

/** Bytes of one head of 8, forward and backward, at their peak, inputs and outputs included. */
function peakBytes(seq: number, options: (bias: tf.Tensor) => Partial<AttentionOptions>): number {
  const before = heap.live;
  heap.peak = before;
  tf.tidy(() => {
    const xs = [1, 2, 3].map((seed) => tf.randomNormal([1, seq, 8], 0, 1, 'float32', seed));
    const bias = alibiBias(1, seq, seq);
    const run = () => attention(xs[0]!, xs[1]!, xs[2]!, { numHeads: 1, ...options(bias) });
    const { grads } = tf.engine().gradients(() => tf.sum(run()), [...xs, bias]);
    expect(grads).toHaveLength(4);
  });
  return heap.peak - before;
}

test.each<[string, (bias: tf.Tensor) => Partial<AttentionOptions>]>([
  ['a bias by distance', (distanceBias) => ({ distanceBias })],
  ['a bias by distance and a window', (distanceBias) => ({ distanceBias, window: 100 })],
  [
    'a bias by distance, dropout and all keys',
    (distanceBias) => ({
      distanceBias,
      causal: false,
      dropout: { rate: 0.1, rng: new DropoutRng({ seed: 1, step: 0 }) },
    }),
  ],
])('memory with %s grows with the context, not with its square', (_name, options) => {
  const [short, long] = [peakBytes(512, options), peakBytes(2048, options)];
  expect(long / short).toBeLessThan(4.1);
  expect(long).toBeLessThan((4 * 2048 ** 2) / 20);
});
