import * as tf from '@tensorflow/tfjs-core';
import { logLoss } from './cross-entropy.js';
import { check } from './shapes.js';

export interface TokenLogProbsOptions {
  /** Logits are divided by it. @default 1 */
  temperature?: number;
  /** Positions with this target get 0, and no gradient. @default -100 */
  ignoreIndex?: number;
}

/**
 * The log-probability of each target under the softmax of its logits; the softmax itself is never stored.
 *
 * @param logits `[..., vocab]`
 * @param targets int32 `[...]`, each in [0, vocab) or `ignoreIndex`
 * @returns `[...]` in nats, at most 0
 * @throws RangeError when the shapes do not fit, or the temperature is not positive
 */
export function tokenLogProbs(
  logits: tf.Tensor,
  targets: tf.Tensor,
  { temperature = 1, ignoreIndex = -100 }: TokenLogProbsOptions = {},
): tf.Tensor {
  check(
    temperature > 0 && temperature < Infinity,
    () => `tokenLogProbs: the temperature (${temperature}) must be positive; the most likely token is argMax`,
  );
  const attrs = { ignoreIndex, temperature, labelSmoothing: 0, zLoss: 0 };
  return tf.tidy(() => tf.neg(logLoss('tokenLogProbs', logits, targets, attrs)));
}
