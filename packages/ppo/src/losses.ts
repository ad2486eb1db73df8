import * as tf from '@tensorflow/tfjs-core';

/** What is compared, all `[rows, columns]` on the backend; the mask is 1 for tokens. */
export interface PolicyLossInputs {
  /** Under the policy that is trained: the only tensor with a gradient. */
  logProbs: tf.Tensor;
  /** Under the policy that sampled. */
  oldLogProbs: tf.Tensor;
  advantages: tf.Tensor;
  mask: tf.Tensor;
}

/** Scalars; all but `loss` are for looking at. */
export interface PolicyLoss {
  loss: tf.Scalar;
  /** Share of tokens whose ratio was cut off. */
  clipFraction: tf.Scalar;
  /** `mean((new - old)^2) / 2` */
  approximateKl: tf.Scalar;
  /** Mean of the ratios. */
  ratio: tf.Scalar;
}

/**
 * PPO's clipped loss (Schulman et al. 2017, arXiv 1707.06347): the mean over tokens of
 * `max(-advantage * ratio, -advantage * clip(ratio, 1 - clipRange, 1 + clipRange))`.
 */
export function policyLoss(
  { logProbs, oldLogProbs, advantages, mask }: PolicyLossInputs,
  clipRange: number,
): PolicyLoss {
  const mean = maskedMeanOf(mask);
  const difference = tf.mul(tf.sub(logProbs, oldLogProbs), mask);
  const ratio = tf.exp(difference);
  const plain = tf.neg(tf.mul(advantages, ratio));
  const clipped = tf.neg(tf.mul(advantages, tf.clipByValue(ratio, 1 - clipRange, 1 + clipRange)));
  return {
    loss: mean(tf.maximum(plain, clipped)),
    clipFraction: mean(tf.cast(tf.greater(clipped, plain), 'float32')),
    approximateKl: tf.div(mean(tf.square(difference)), 2),
    ratio: mean(ratio),
  };
}

/** What is compared, all `[rows, columns]` on the backend; the mask is 1 for tokens. */
export interface ValueLossInputs {
  /** Of the model that is trained: the only tensor with a gradient. */
  values: tf.Tensor;
  /** When the batch was sampled. */
  oldValues: tf.Tensor;
  returns: tf.Tensor;
  mask: tf.Tensor;
}

/**
 * Half the mean over tokens of the larger of two squared errors: of the value, and of the value kept within `clipRange` of
 * the old one.
 */
export function valueLoss(
  { values, oldValues, returns, mask }: ValueLossInputs,
  clipRange: number,
): { loss: tf.Scalar; clipFraction: tf.Scalar } {
  const mean = maskedMeanOf(mask);
  const near = tf.maximum(tf.minimum(values, tf.add(oldValues, clipRange)), tf.sub(oldValues, clipRange));
  const [plain, clipped] = [tf.squaredDifference(values, returns), tf.squaredDifference(near, returns)];
  return {
    loss: tf.div(mean(tf.maximum(plain, clipped)), 2),
    clipFraction: mean(tf.cast(tf.greater(clipped, plain), 'float32')),
  };
}

const maskedMeanOf =
  (mask: tf.Tensor) =>
  (values: tf.Tensor): tf.Scalar =>
    tf.div(tf.sum(tf.mul(values, mask)), tf.sum(mask));
