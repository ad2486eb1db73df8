import * as tf from '@tensorflow/tfjs-core';

/** Bytes lie three to an element where a backend has no bytes; packed ones are completed to a multiple of three. */
export const BYTES_PER_ELEMENT = 3;

/** A variable that is saved and never trained. */
export const stored = (values: Float32Array): tf.Variable =>
  tf.tidy(() => tf.variable(tf.tensor(values, [values.length], 'float32'), false));

/** `bytes`, completed to `count` with `fill`. */
export function wholeBlocks(bytes: Uint8Array, count: number, fill: number): Uint8Array {
  const whole = new Uint8Array(count).fill(fill);
  whole.set(bytes);
  return whole;
}
