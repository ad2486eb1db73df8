import { RandomStream } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { Check } from './case.js';

const SEED = 5;

export const sizeOf = (shape: readonly number[]) => shape.reduce((product, axis) => product * axis, 1);

/** Normally distributed float32 values; the name decides which. */
export const normals = (name: string, shape: readonly number[], std = 1): Float32Array =>
  new RandomStream(SEED, name).normalArray(sizeOf(shape), { std });

/** Integers in [0, limit). */
export function integers(name: string, count: number, limit: number): Int32Array {
  const stream = new RandomStream(SEED, name);
  return Int32Array.from({ length: count }, (_, i) => Math.floor(stream.uniform(i) * limit));
}

/** SHA-256 of arrays one after the other, in hexadecimal. */
export async function hashOf(arrays: readonly ArrayBufferView[]): Promise<string> {
  const total = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += array.byteLength;
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Pairs of a result and what it should be, of equal length. */
export type Pair = readonly [actual: ArrayLike<number>, expected: ArrayLike<number>];

/** Compares; what is not finite where it should be fails. */
export function compare(reference: string, pairs: readonly Pair[], tolerance: number): Check {
  let [maxAbs, largest] = [0, 0];
  for (const [actual, expected] of pairs) {
    if (actual.length !== expected.length) maxAbs = Infinity;
    for (let i = 0; i < expected.length; i++) {
      const difference = Math.abs(actual[i]! - expected[i]!);
      // NaN must not pass
      if (!(difference <= maxAbs)) maxAbs = Number.isNaN(difference) ? Infinity : difference;
      largest = Math.max(largest, Math.abs(expected[i]!));
    }
  }
  return { reference, maxAbs, maxRel: maxAbs / (largest || 1), tolerance, pass: maxAbs <= tolerance };
}

/** What float32 may be off in a sum of `length` products of numbers around 1. */
export const sumTolerance = (length: number) => 1e-5 * Math.sqrt(length);

/** Waits until everything that was asked of the backend before is done. */
export async function settle(outputs: readonly tf.Tensor[]): Promise<void> {
  const last = outputs.at(-1);
  if (!last) return;
  // one number of it: reading all would be timed too
  const one = tf.tidy(() => tf.slice(tf.reshape(last, [last.size]), 0, 1));
  await one.data();
  one.dispose();
}

/** Value and gradients of `f` at `inputs` for the output gradient `dy`, as a training step has them. */
export function withGradients(f: () => tf.Tensor, inputs: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  return tf.tidy(() => {
    const { value, grads } = tf.engine().gradients(f, inputs, dy);
    return [value, ...grads];
  });
}
