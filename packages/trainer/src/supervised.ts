import type { SupervisedBatch } from '@ashlar/data';
import type { HostTensor, LanguageModel } from '@ashlar/nn';
import { crossEntropy, unrecorded } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { cutRows, IGNORED, type Objective, type TokenBatch } from './objective.js';

/** Rows of examples; packed ones say for each token where it stands in its example, and of which example it is. */
export type SupervisedTokenBatch = TokenBatch & { readonly positions?: HostTensor; readonly segments?: HostTensor };

/**
 * Supervised fine-tuning: cross entropy in nats over the targets that are learnt. In packed rows positions begin anew
 * with each example, and no token sees another example. Metrics, as TRL names them and over the same tokens:
 * `mean_token_accuracy` (how often the most likely token is the right one) and `entropy` (of what is predicted, in nats).
 */
export const supervisedObjective: Objective<LanguageModel, SupervisedTokenBatch> = (model, batch, { rng }) => {
  const { inputIds, targets, positions, segments } = batch;
  const logits = model.forward(inputIds, {
    ...(positions && { positions }),
    ...(segments && { segments }),
    ...(rng && { rng }),
  }); // [batch, seq, vocab]
  const learnt = tf.cast(tf.notEqual(targets, tf.scalar(IGNORED, 'int32')), 'float32');
  return {
    lossSum: tf.sum(crossEntropy(logits, targets, { ignoreIndex: IGNORED })),
    weight: tf.sum(learnt),
    // a tape would keep what they compute, several times the logits
    metrics: unrecorded(() =>
      tf.tidy(() => ({
        mean_token_accuracy: tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), targets), 'float32')),
        entropy: tf.sum(tf.mul(entropy(logits), learnt)),
      })),
    ),
  };
};

/** Of the distributions `[..., vocab]` that logits stand for: `logSumExp - sum(p * logit)`, in nats. */
function entropy(logits: tf.Tensor): tf.Tensor {
  const shifted = tf.sub(logits, tf.max(logits, -1, true));
  const exponentials = tf.exp(shifted);
  const sum = tf.sum(exponentials, -1);
  return tf.sub(tf.log(sum), tf.div(tf.sum(tf.mul(exponentials, shifted), -1), sum));
}

/** `microBatches` for rows of examples: as `micro` batches of equal or nearly equal size, in order. */
export function supervisedMicroBatches(batch: SupervisedBatch, micro = 1): SupervisedTokenBatch[] {
  const { inputIds, targets, positions, segments, batchSize, seqLength } = batch;
  const arrays = { inputIds, targets, ...(positions && { positions }), ...(segments && { segments }) };
  return cutRows<keyof SupervisedTokenBatch>(arrays as Required<typeof arrays>, { batchSize, seqLength, micro });
}
