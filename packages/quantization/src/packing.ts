import * as tf from '@tensorflow/tfjs-core';

/** On webgl an int32 element holds 24 bits: three bytes. */
export const BYTES_PER_ELEMENT = 3;

/** Packs bytes for an int32 tensor, three an element, the first in the lowest bits; `fill` completes the last one. */
export function packBytes(bytes: ArrayLike<number>, fill = 0): Int32Array {
  const at = (i: number) => (i < bytes.length ? bytes[i]! : fill);
  return new Int32Array(Math.ceil(bytes.length / BYTES_PER_ELEMENT)).map(
    (_, i) => at(3 * i) + 256 * at(3 * i + 1) + 65536 * at(3 * i + 2),
  );
}

/** The bytes of packed elements, on the host, with what completes the last one. */
export const packedBytes = (elements: Int32Array): Uint8Array =>
  new Uint8Array(BYTES_PER_ELEMENT * elements.length).map(
    (_, i) => elements[Math.floor(i / BYTES_PER_ELEMENT)]! >> (8 * (i % BYTES_PER_ELEMENT)),
  );

/** A variable that is saved and never trained. */
export const stored = (values: Float32Array | Int32Array): tf.Variable =>
  tf.tidy(() =>
    tf.variable(tf.tensor(values, [values.length], values instanceof Int32Array ? 'int32' : 'float32'), false),
  );

/** `bytes`, completed to `count` with `fill`. */
export function wholeBlocks(bytes: Uint8Array, count: number, fill: number): Uint8Array {
  const whole = new Uint8Array(count).fill(fill);
  whole.set(bytes);
  return whole;
}
