import * as tf from '@tensorflow/tfjs-core';

/** The Euclidean length of each row of a matrix, `[rows]`. */
export const rowNorms = (matrix: tf.Tensor): tf.Tensor => tf.tidy(() => tf.sqrt(tf.sum(tf.square(matrix), 1)));

/**
 * By how much DoRA stretches each row: `magnitude / norms`, `[out]`. The norms count as constants: only `magnitude` has
 * a gradient, which saves the one of the whole matrix (Liu et al. 2024, arXiv 2402.09353, section 4.3).
 */
export function gain(magnitude: tf.Tensor, norms: () => tf.Tensor): tf.Tensor {
  const apply = tf.customGrad((m, save) => {
    const lengths = tf.tidy(norms);
    (save as tf.GradSaveFunc)([lengths]);
    return {
      value: tf.div(m as tf.Tensor, lengths),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.div(dy, saved!),
    };
  });
  return apply(magnitude);
}
