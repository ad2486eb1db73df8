import * as tf from '@tensorflow/tfjs-core';

/** Another tensor object for the same values: tfjs disposes of gradients one by one, so each must be its own object. */
export const alias = (x: tf.Tensor): tf.Tensor => tf.reshape(x, x.shape);

/** The gradient of broadcasting `shape` to the shape of `dy`: sums over the axes that were repeated. */
export function sumTo(dy: tf.Tensor, shape: number[]): tf.Tensor {
  const extra = dy.rank - shape.length;
  const axes = dy.shape.flatMap((size, axis) =>
    axis < extra || (shape[axis - extra] === 1 && size > 1) ? [axis] : [],
  );
  return tf.reshape(axes.length > 0 ? tf.sum(dy, axes) : dy, shape);
}
