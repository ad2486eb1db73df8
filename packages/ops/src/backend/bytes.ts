import * as tf from '@tensorflow/tfjs-core';

/** Whether the current backend keeps a bool in a byte, whatever the byte; others take four, as for any element. */
export const holdsBytes = (): boolean => /(^| )(wasm|cpu)$/.test(tf.getBackend());

/** On webgl an int32 element holds 24 bits: three bytes. */
const PER_ELEMENT = 3;

/** Packs bytes for an int32 tensor, three an element, the first in the lowest bits; zeros complete the last one. */
export function packBytes(bytes: Uint8Array): Int32Array {
  const elements = new Int32Array(Math.ceil(bytes.length / PER_ELEMENT));
  for (let i = 0; i < bytes.length; i++) elements[Math.floor(i / PER_ELEMENT)]! |= bytes[i]! << (8 * (i % PER_ELEMENT));
  return elements;
}

/** The bytes of packed elements, with what completes the last one. */
export function packedBytes(elements: Int32Array): Uint8Array {
  const bytes = new Uint8Array(PER_ELEMENT * elements.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = elements[Math.floor(i / PER_ELEMENT)]! >> (8 * (i % PER_ELEMENT));
  return bytes;
}
