import * as tf from '@tensorflow/tfjs-core';

/**
 * Whether `x` is the only reference to its data, so that a kernel may write into it.
 *
 * Others appear without a copy: on cpu `tf.clone` and `tf.variable` share data, a recording tape keeps what it saved.
 */
export function isExclusive(x: tf.Tensor): boolean {
  const { backend } = tf.engine().state.tensorInfo.get(x.dataId)!;
  return backend.refCount(x.dataId) === 1;
}

/** `x` itself when it is the only reference to its data, else a copy. */
export const exclusive = (x: tf.Tensor): tf.Tensor => (isExclusive(x) ? x : tf.mul(x, 1));

/** Gives a variable data of its own when something else refers to them. */
export function makeExclusive(variable: tf.Variable): void {
  if (!isExclusive(variable)) tf.tidy(() => variable.assign(tf.mul(variable, 1)));
}
