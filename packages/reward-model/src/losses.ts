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
  const [prompts, count] = scores.shape as [number, number];
  if (scores.rank !== 2 || count < 2)
    throw new RangeError(`rankingLoss: scores must be [prompts, 2 or more completions], not [${scores.shape}]`);
  return tf.tidy(() => {
    const better: number[] = [];
    const worse: number[] = [];
    for (let i = 0; i < count; i++) for (let j = i + 1; j < count; j++) [better.push(i), worse.push(j)];
    const select = (columns: number[]) =>
      tf.matMul(scores, tf.oneHot(tf.tensor1d(columns, 'int32'), count, 1, 0, 'float32'), false, true); // [prompts, pairs]
    const pairs = tf.reshape(pairwiseLoss(select(better), select(worse)), [prompts, better.length]);
    return tf.mean(pairs, 1);
  });
}
