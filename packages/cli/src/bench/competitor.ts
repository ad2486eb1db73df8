import type * as tf from '@tensorflow/tfjs-core';

/** One library on the job. */
export interface Competitor {
  /** Trains on ids and targets, both int32 `[batch, seq]`; gives the mean loss before the update. */
  step(inputIds: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar;
}
