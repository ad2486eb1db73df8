import { crossEntropy } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';

export interface PairwiseLossOptions {
  /** By how much each chosen score is to lead, `[pairs]` (Llama 2, 3.2.2). @default 0 */
  margins?: tf.Tensor;
  /** Weight of `(chosen + rejected)^2`, which keeps scores around zero (arXiv 2312.09244); 0.01 is usual. @default 0 */
  centerCoefficient?: number;
}

/**
 * Minus the log of the probability that Bradley and Terry give to the choice, `-log sigmoid(chosen - rejected - margin)`,
 * for each pair (InstructGPT, 3.5); ln 2 for equal scores.
 *
 * @param chosen scores `[pairs]`
 * @param rejected scores `[pairs]`
 * @returns losses `[pairs]`, in nats
 */
export function pairwiseLoss(
  chosen: tf.Tensor,
  rejected: tf.Tensor,
  { margins, centerCoefficient = 0 }: PairwiseLossOptions = {},
): tf.Tensor {
  return tf.tidy(() => {
    const lead = tf.sub(chosen, rejected);
    const losses = tf.softplus(tf.neg(margins ? tf.sub(lead, margins) : lead));
    return centerCoefficient === 0
      ? losses
      : tf.add(losses, tf.mul(tf.square(tf.add(chosen, rejected)), centerCoefficient));
  });
}

/**
 * InstructGPT's loss of a ranking: the mean of `pairwiseLoss` over all pairs of the completions of one prompt, which are one
 * element of a batch.
 *
 * @param scores `[prompts, completions]`, the best completion of each prompt first
 * @returns losses `[prompts]`, in nats
 */
export function rankingLoss(scores: tf.Tensor): tf.Tensor {
  const [, count = 0] = scores.shape;
  if (scores.rank !== 2 || count < 2)
    throw new RangeError(`rankingLoss: scores must be [prompts, 2 or more completions], not [${scores.shape}]`);
  return tf.tidy(() => {
    const places = Array.from({ length: count }, (_, place) => place);
    const pairs = places.flatMap((better) => places.slice(better + 1).map((worse) => [better, worse] as const));
    const select = (side: 0 | 1) => {
      const columns = tf.tensor1d(
        pairs.map((pair) => pair[side]),
        'int32',
      );
      return tf.matMul(scores, tf.oneHot(columns, count, 1, 0, 'float32'), false, true); // [prompts, pairs]
    };
    return tf.mean(pairwiseLoss(select(0), select(1)), 1);
  });
}

/**
 * The loss of a choice among several completions: cross entropy over their scores (Ziegler et al. 2019, 2.1).
 *
 * @param scores `[prompts, completions]`
 * @param best int32 `[prompts]`: which completion was chosen, from 0 on
 * @returns losses `[prompts]`, in nats
 */
export const bestOfLoss = (scores: tf.Tensor, best: tf.Tensor): tf.Tensor => crossEntropy(scores, best);
