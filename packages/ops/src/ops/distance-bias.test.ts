import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { cpu } from '../cpu/index.js';
import fixtures from '../fixtures/attention-bias.json' with { type: 'json' };
import { registerGradients } from '../gradients/index.js';
import { expectClose } from '../testing/index.js';
import { wasm } from '../wasm/index.js';
import { alibiBias } from './alibi-bias.js';
import { attentionWeights } from './attention.js';
import { alongDiagonals } from './diagonals.js';
import { relativePositionBias, relativePositionBuckets } from './relative-position-bias.js';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

describe.each([cpu(), wasm()])('transformers agrees on $name', (plugin) => {
  beforeAll(async () => {
    tf.disposeVariables();
    await useBackend(plugin);
    registerGradients();
  });

  test.each(Object.entries(fixtures.slopes))('slopes of %s heads', async (heads, slopes) => {
    const bias = alibiBias(Number(heads), 1, 2);
    expect(bias.shape).toEqual([Number(heads), 2]);
    const expected = slopes.flatMap((slope) => [-slope, 0]); // of the key before the query, and of its own
    await expectClose(bias, expected, { tolerance: 5e-7, scale: 1e-30 });
  });

  test.each(fixtures.alibi)(
    'weights with $numHeads heads',
    async ({ batch, seq, numHeads, headDim, q, k, weights }) => {
      const shape: [number, number, number] = [batch, seq, numHeads * headDim];
      const distanceBias = alibiBias(numHeads, seq, seq);
      await expectClose(
        attentionWeights(tf.tensor(q, shape), tf.tensor(k, shape), { numHeads, distanceBias }),
        weights,
      );
    },
  );

  test.each(fixtures.t5)('T5, $keySeq keys seen from $queryOffset on', async (fixture) => {
    const { numBuckets, numHeads, seq, keySeq, dy, bidirectional, maxDistance, queryOffset } = fixture;
    const table = tf.tensor2d(fixture.table, [numBuckets, numHeads]);
    const spread = (x: tf.Tensor) => {
      const bias = relativePositionBias(x, seq, keySeq, { bidirectional, maxDistance, queryOffset });
      return alongDiagonals(bias, seq, keySeq);
    };
    await expectClose(spread(table), Float32Array.from(fixture.bias), { tolerance: 0 });
    await expectClose(tf.grad(spread)(table, tf.tensor3d(dy, [numHeads, seq, keySeq])), fixture.gradient);
  });
});

test.each(fixtures.buckets)(
  '$numBuckets buckets up to $maxDistance, bidirectional: $bidirectional',
  ({ runs, ...options }) => {
    const distances = Array.from({ length: 2 * fixtures.reach + 1 }, (_, i) => i - fixtures.reach);
    const expected = runs.flatMap(([bucket, length]) => Array<number>(length!).fill(bucket!));
    expect([...relativePositionBuckets(distances, options)]).toEqual(expected);
  },
);

test('without a queryOffset the last query stands at the last key', async () => {
  await useBackend(cpu());
  expect([...alibiBias(1, 2, 3).dataSync()].map((value) => Math.abs(value * 256))).toEqual([2, 1, 0, 1]);
  expect([...alibiBias(1, 2, 3, { queryOffset: 0 }).dataSync()].map((value) => Math.abs(value * 256))).toEqual([
    1, 0, 1, 2,
  ]);
});
