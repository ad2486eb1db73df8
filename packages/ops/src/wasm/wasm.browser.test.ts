/// <reference types="vite/client" />
import * as tf from '@tensorflow/tfjs-core';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { beforeAll, expect, test } from 'vitest';
import { Device } from './device.js';
import { wasm } from './index.js';

beforeAll(async () => {
  await wasm({
    sharedMemory: true,
    wasmPaths: {
      'tfjs-backend-wasm.wasm': plain,
      'tfjs-backend-wasm-simd.wasm': simd,
      'tfjs-backend-wasm-threaded-simd.wasm': threadedSimd,
    },
  }).activate();
});

test('the build for shared memory runs in an isolated page', () => {
  expect(crossOriginIsolated).toBe(true);
  const view = Device.of(tf.backend()).words(Device.of(tf.backend()).scratch(64), 1);
  expect(view.buffer).toBeInstanceOf(SharedArrayBuffer);
});

test('products, gathers and sums agree with plain arithmetic', () => {
  const a = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
  const b = tf.tensor2d([1, 0, -1, 2, 1, 0], [2, 3]);
  expect(Array.from(tf.matMul(a, b, false, true).dataSync())).toEqual([-2, 4, -2, 13]);
  expect(Array.from(tf.sum(a, 0).dataSync())).toEqual([5, 7, 9]);
  expect(Array.from(tf.oneHot(tf.tensor1d([1], 'int32'), 3, 1, 0, 'float32').dataSync())).toEqual([0, 1, 0]);
});

test('the memory may grow between kernels', () => {
  const before = tf.ones([2, 2]);
  const big = tf.zeros([1 << 26]);
  expect(Array.from(tf.matMul(before, before).dataSync())).toEqual([2, 2, 2, 2]);
  expect(tf.sum(big).dataSync()[0]).toBe(0);
  tf.dispose([before, big]);
});
