import { holdsBytes } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { bytesMark } from './marks.js';

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

/**
 * A variable of bytes, which is saved and never trained. On backends that keep a bool in a byte (wasm, cpu) it is a bool
 * `[bytes]`, else int32 `[bytes / 3]`, three an element: as every state has it on the host, so that one saved on one backend
 * loads on all.
 *
 * @param bytes completed with zeros to a multiple of three
 */
export function byteVariable(bytes: Uint8Array): tf.Variable {
  return tf.tidy(() => {
    const size = PER_ELEMENT * Math.ceil(bytes.length / PER_ELEMENT);
    const whole = new Uint8Array(size);
    whole.set(bytes);
    const tensor = holdsBytes() ? tf.tensor1d(whole, 'bool') : tf.tensor1d(packBytes(whole), 'int32');
    return Object.assign(tf.variable(tensor, false), { [bytesMark]: true });
  });
}

/** Whether elements of a tensor are bytes that a host state packs. */
export const areBytes = (tensor: tf.Tensor): boolean => bytesMark in tensor && tensor.dtype === 'bool';

/** Shape of such a tensor on the host. */
export const packedShape = ({ size }: tf.Tensor): number[] => [size / PER_ELEMENT];
