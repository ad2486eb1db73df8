import { holdsBytes, packBytes, packedBytes } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { bytesMark } from './marks.js';

/**
 * A variable of bytes, which is saved and never trained. On backends that keep a bool in a byte (wasm, cpu) it is a bool
 * `[bytes]`, else int32 `[bytes / 3]`, three an element: as every state has it on the host, so that one saved on one backend
 * loads on all.
 *
 * @param bytes completed with zeros to a multiple of three
 */
export function byteVariable(bytes: Uint8Array): tf.Variable {
  const packed = packBytes(bytes);
  const tensor = () => (holdsBytes() ? tf.tensor1d(packedBytes(packed), 'bool') : tf.tensor1d(packed, 'int32'));
  return Object.assign(
    tf.tidy(() => tf.variable(tensor(), false)),
    { [bytesMark]: true },
  );
}

/** Whether elements of a tensor are bytes that a host state packs. */
export const areBytes = (tensor: tf.Tensor): boolean => bytesMark in tensor && tensor.dtype === 'bool';
