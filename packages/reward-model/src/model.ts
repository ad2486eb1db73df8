import type { ForwardOptions, Module } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';

/** One number for each position, such as `Gpt2WithScore`. */
export interface ScoreModel extends Module {
  readonly config: { readonly contextLength: number };
  /** int32 `[batch, seq]` to `[batch, seq]` */
  forward(tokens: tf.Tensor, options?: ForwardOptions): tf.Tensor;
}

/**
 * The numbers at given places: a reward is read at the last real token, wherever the padding stands.
 *
 * @param scores `[rows, seq]`
 * @param places int32 `[rows]`, from 0 on
 * @returns `[rows]`
 */
export function scoresAt(scores: tf.Tensor, places: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const chosen = tf.oneHot(tf.cast(places, 'int32'), scores.shape[1]!, 1, 0, 'float32');
    return tf.sum(tf.mul(scores, chosen), 1);
  });
}
