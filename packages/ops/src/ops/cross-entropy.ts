import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { check, checkInput, describe, rowsOf, widthOf } from './shapes.js';

/** bool `[rows, vocab]`: true at the target of each row. */
const isTarget = (targets: tf.Tensor, vocab: number) =>
  tf.equal(tf.reshape(targets, [targets.size, 1]), tf.range(0, vocab, 1, 'int32'));

/** `x`, and 0 where the target is ignored, whatever `x` holds there. */
const whereCounted = (x: tf.Tensor, targets: tf.Tensor, ignoreIndex: number) =>
  tf.where(tf.notEqual(targets, tf.scalar(ignoreIndex, 'int32')), x, tf.zerosLike(x));

/** logits / temperature, `[rows, vocab]` */
function asRows(logits: tf.Tensor, temperature: number): tf.Tensor {
  const rows = tf.reshape(logits, [rowsOf(logits), widthOf(logits)]);
  return temperature === 1 ? rows : tf.div(rows, temperature);
}

const run = /* @__PURE__ */ defineOp<'AshlarCrossEntropy'>({
  name: 'AshlarCrossEntropy',
  outputs: ['y', 'logSumExp'],
  reference({ logits, targets }, { ignoreIndex, temperature, residuals }) {
    const vocab = widthOf(logits);
    const rows = asRows(logits, temperature);
    const max = tf.max(rows, 1, true);
    const logSumExp = tf.add(tf.reshape(max, [-1]), tf.log(tf.sum(tf.exp(tf.sub(rows, max)), 1)));
    // a selection and not a product: other logits may be -Infinity
    const atTarget = tf.sum(tf.where(isTarget(targets, vocab), rows, tf.zerosLike(rows)), 1);
    const y = whereCounted(tf.reshape(tf.sub(logSumExp, atTarget), targets.shape), targets, ignoreIndex);
    return residuals ? [y, tf.reshape(logSumExp, targets.shape)] : [y];
  },
  gradient: {
    wanted: ['logits'],
    saves: ['logits', 'targets', 'logSumExp'],
    reference({ dy, logits, targets, logSumExp }, { ignoreIndex, temperature }) {
      const vocab = widthOf(logits);
      const rows = asRows(logits, temperature);
      const column = (t: tf.Tensor) => tf.reshape(t, [t.size, 1]);
      const softmax = tf.exp(tf.sub(rows, column(logSumExp)));
      const difference = tf.sub(softmax, tf.cast(isTarget(targets, vocab), 'float32'));
      const scale = column(whereCounted(temperature === 1 ? dy : tf.div(dy, temperature), targets, ignoreIndex));
      return [tf.reshape(tf.mul(difference, scale), logits.shape)];
    },
  },
});

export interface CrossEntropyOptions {
  /** Positions with this target are not counted: loss 0, gradient 0. @default -100 */
  ignoreIndex?: number;
}

/**
 * Negative log-likelihood of each target under the softmax of its logits.
 *
 * @param logits `[..., vocab]`
 * @param targets int32 `[...]`, each in [0, vocab) or `ignoreIndex`
 * @returns `[...]` in nats
 * @throws RangeError when the shapes do not fit
 */
export function crossEntropy(
  logits: tf.Tensor,
  targets: tf.Tensor,
  { ignoreIndex = -100 }: CrossEntropyOptions = {},
): tf.Tensor {
  return logLoss('crossEntropy', logits, targets, { ignoreIndex, temperature: 1 });
}

/** Cross entropy of logits / temperature, for `op`, which errors name. */
export function logLoss(
  op: string,
  logits: tf.Tensor,
  targets: tf.Tensor,
  attrs: { ignoreIndex: number; temperature: number },
): tf.Tensor {
  checkInput(op, 'logits', logits);
  checkInput(op, 'targets', targets, 'int32', 0);
  check(
    String(targets.shape) === String(logits.shape.slice(0, -1)),
    () => `${op}: ${describe('targets', targets)} must have the leading axes of ${describe('logits', logits)}`,
  );
  return run({ logits, targets }, attrs)[0]!;
}
