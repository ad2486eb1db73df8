import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { rootMeanSquare } from './index.js';

beforeAll(() => tf.setBackend('cpu'));

it('is taken over the last axis and leaves no tensors behind', async () => {
  const x = tf.tensor2d([
    [3, 4],
    [1, -1],
  ]);
  const before = tf.memory().numTensors;
  const y = rootMeanSquare(x);
  expect(tf.memory().numTensors).toBe(before + 1);
  expect(y.shape).toEqual([2]);
  const [first, second] = await y.data();
  expect(first).toBeCloseTo(Math.sqrt(12.5), 6);
  expect(second).toBeCloseTo(1, 6);
});
