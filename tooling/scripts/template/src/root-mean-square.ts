import * as tf from '@tensorflow/tfjs-core';

/** Square root of the mean of squares over the last axis: `x` `[..., n]` -> `[...]`. */
export function rootMeanSquare(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.sqrt(tf.mean(tf.square(x), -1)));
}
