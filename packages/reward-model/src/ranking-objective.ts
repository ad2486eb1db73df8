import type { HostTensor } from '@ashlar/nn';
import type { Objective } from '@ashlar/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { rankingLoss } from './losses.js';
import { scoresAt, type ScoreModel } from './model.js';
import { paddedRows } from './padded-rows.js';

/** Ranked completions as the trainer takes them: of each prompt the same number, the best one first. */
export type RankingBatch = {
  /** int32 `[prompts, completions, seq]`, padded on the right */
  readonly inputIds: HostTensor;
  /** int32 `[prompts, completions]`: tokens of each row */
  readonly lengths: HostTensor;
};

/**
 * A batch for `train`.
 *
 * @param rankings of each prompt its completions as ids, the prompt's before each, the best one first
 * @throws RangeError of one sentence where prompts have different numbers of completions, or fewer than two
 */
export function rankingBatch(
  rankings: readonly (readonly ArrayLike<number>[])[],
  { padTokenId }: { padTokenId: number },
): RankingBatch {
  const counts = [...new Set(rankings.map(({ length }) => length))];
  const [count = 0] = counts;
  if (counts.length !== 1 || count < 2)
    throw new RangeError(`rankingBatch: each prompt must have the same number of completions from 2 on, not ${counts}`);
  const { ids, lengths, seq } = paddedRows(rankings.flat(), padTokenId);
  return {
    inputIds: { dtype: 'int32', shape: [rankings.length, count, seq], data: ids },
    lengths: { dtype: 'int32', shape: [rankings.length, count], data: lengths },
  };
}

/**
 * InstructGPT's objective: all completions of a prompt go through one forward pass, and all their pairs are one element of
 * the batch, counted once (`rankingLoss`). Metrics: `accuracy` (share of pairs in the right order; equal scores are wrong)
 * and `mean_reward`.
 */
export const rankingObjective: Objective<ScoreModel, RankingBatch> = (model, { inputIds, lengths }) => {
  const [prompts, count, seq] = inputIds.shape as [number, number, number];
  const rows = prompts * count;
  const last = tf.sub(tf.reshape(lengths, [rows]), tf.scalar(1, 'int32'));
  const scores = tf.reshape(scoresAt(model.forward(tf.reshape(inputIds, [rows, seq])), last), [prompts, count]);
  const above = tf.greater(tf.expandDims(scores, 2), tf.expandDims(scores, 1)); // [prompts, completions, completions]
  const places = tf.range(0, count, 1, 'int32');
  const inOrder = tf.logicalAnd(above, tf.less(tf.expandDims(places, 1), tf.expandDims(places, 0)));
  return {
    lossSum: tf.sum(rankingLoss(scores)),
    weight: tf.scalar(prompts),
    metrics: {
      accuracy: tf.div(tf.sum(tf.cast(inOrder, 'float32')), (count * (count - 1)) / 2),
      mean_reward: tf.div(tf.sum(scores), count),
    },
  };
};
