import type { PreferenceBatch } from '@ashlar/data';
import type { HostTensor } from '@ashlar/nn';
import type { Objective } from '@ashlar/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { pairwiseLoss } from './losses.js';
import { scoresAt, type ScoreModel } from './model.js';

/** Pairs as the trainer takes them: the chosen rows, then the rejected ones in the same order. */
export type PairBatch = {
  /** int32 `[2 * pairs, seq]`, padded on the right */
  readonly inputIds: HostTensor;
  /** int32 `[2 * pairs]`: tokens of each row */
  readonly lengths: HostTensor;
  /** float32 `[pairs]` */
  readonly margins: HostTensor;
};

/** A dataset's batch for `train`. */
export function pairBatch({ inputIds, lengths, margins, pairs, seqLength }: PreferenceBatch): PairBatch {
  return {
    inputIds: { dtype: 'int32', shape: [2 * pairs, seqLength], data: inputIds },
    lengths: { dtype: 'int32', shape: [2 * pairs], data: lengths },
    margins: { dtype: 'float32', shape: [pairs], data: margins },
  };
}

export interface RewardObjectiveOptions {
  /** Weight of the penalty that keeps scores around zero. @default 0 */
  centerCoefficient?: number;
}

/**
 * What a reward model is trained for: `pairwiseLoss`, counted in pairs; both sides of a pair go through one forward pass,
 * without dropout. Metrics by TRL's names: `accuracy` (chosen above rejected; equal scores are wrong), `margin`, and
 * `min_reward`, `mean_reward`, `max_reward`.
 */
export const rewardObjective =
  ({ centerCoefficient = 0 }: RewardObjectiveOptions = {}): Objective<ScoreModel, PairBatch> =>
  (model, { inputIds, lengths, margins }) => {
    const pairs = margins.shape[0]!;
    const scores = scoresAt(model.forward(inputIds), tf.sub(lengths, tf.scalar(1, 'int32')));
    const [chosen, rejected] = [tf.slice(scores, 0, pairs), tf.slice(scores, pairs, pairs)];
    const lead = tf.sub(chosen, rejected);
    return {
      lossSum: tf.sum(pairwiseLoss(chosen, rejected, { margins, centerCoefficient })),
      weight: tf.scalar(pairs),
      metrics: {
        accuracy: tf.sum(tf.cast(tf.greater(lead, 0), 'float32')),
        margin: tf.sum(lead),
        min_reward: tf.mul(tf.min(scores), pairs),
        mean_reward: tf.mul(tf.mean(scores), pairs),
        max_reward: tf.mul(tf.max(scores), pairs),
      },
    };
  };
