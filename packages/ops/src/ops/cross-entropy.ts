import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import type { CrossEntropyAttrs } from '../contract/kernels.js';
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
  reference({ logits, targets }, { ignoreIndex, temperature, labelSmoothing, zLoss, residuals }) {
    const vocab = widthOf(logits);
    const rows = asRows(logits, temperature);
    const max = tf.max(rows, 1, true);
    const logSumExp = tf.add(tf.reshape(max, [-1]), tf.log(tf.sum(tf.exp(tf.sub(rows, max)), 1)));
    // a selection and not a product: other logits may be -Infinity
    const atTarget = tf.sum(tf.where(isTarget(targets, vocab), rows, tf.zerosLike(rows)), 1);
    let loss: tf.Tensor = tf.sub(logSumExp, atTarget);
    if (labelSmoothing > 0) {
      const uniform = tf.sub(logSumExp, tf.mean(rows, 1));
      loss = tf.add(tf.mul(loss, 1 - labelSmoothing), tf.mul(uniform, labelSmoothing));
    }
    if (zLoss > 0) loss = tf.add(loss, tf.mul(tf.square(logSumExp), zLoss));
    const y = whereCounted(tf.reshape(loss, targets.shape), targets, ignoreIndex);
    return residuals ? [y, tf.reshape(logSumExp, targets.shape)] : [y];
  },
  gradient: {
    wanted: ['logits'],
    saves: ['logits', 'targets', 'logSumExp'],
    reference({ dy, logits, targets, logSumExp }, { ignoreIndex, temperature, labelSmoothing, zLoss }) {
      const vocab = widthOf(logits);
      const rows = asRows(logits, temperature);
      const column = (t: tf.Tensor) => tf.reshape(t, [t.size, 1]);
      const softmax = tf.exp(tf.sub(rows, column(logSumExp)));
      let wanted: tf.Tensor = tf.cast(isTarget(targets, vocab), 'float32');
      if (labelSmoothing > 0) wanted = tf.add(tf.mul(wanted, 1 - labelSmoothing), labelSmoothing / vocab);
      const pulled = zLoss > 0 ? tf.mul(softmax, tf.add(1, tf.mul(column(logSumExp), 2 * zLoss))) : softmax;
      const difference = tf.sub(pulled, wanted);
      const scale = column(whereCounted(temperature === 1 ? dy : tf.div(dy, temperature), targets, ignoreIndex));
      return [tf.reshape(tf.mul(difference, scale), logits.shape)];
    },
  },
});

export interface CrossEntropyOptions {
  /** Positions with this target are not counted: loss 0, gradient 0. @default -100 */
  ignoreIndex?: number;
  /** Share of the target that all classes get alike, in [0, 1] (Szegedy et al. 2015, arXiv 1512.00567). @default 0 */
  labelSmoothing?: number;
  /** `zLoss * logSumExp(logits)^2` is added, so that logits stay near 0 (PaLM, arXiv 2204.02311, has 1e-4). @default 0 */
  zLoss?: number;
}

/**
 * Negative log-likelihood of each target under the softmax of its logits; with label smoothing, PyTorch's mean of it and of
 * that of all classes.
 *
 * @param logits `[..., vocab]`
 * @param targets int32 `[...]`, each in [0, vocab) or `ignoreIndex`
 * @returns `[...]` in nats
 * @throws RangeError when the shapes do not fit, or an option is out of its range
 */
export function crossEntropy(
  logits: tf.Tensor,
  targets: tf.Tensor,
  { ignoreIndex = -100, labelSmoothing = 0, zLoss = 0 }: CrossEntropyOptions = {},
): tf.Tensor {
  check(
    labelSmoothing >= 0 && labelSmoothing <= 1,
    () => `crossEntropy: labelSmoothing (${labelSmoothing}) must be in [0, 1]`,
  );
  check(zLoss >= 0 && zLoss < Infinity, () => `crossEntropy: zLoss (${zLoss}) must be at least 0`);
  return logLoss('crossEntropy', logits, targets, { ignoreIndex, temperature: 1, labelSmoothing, zLoss });
}

/** Cross entropy of logits / temperature, for `op`, which errors name. */
export function logLoss(op: string, logits: tf.Tensor, targets: tf.Tensor, attrs: CrossEntropyAttrs): tf.Tensor {
  checkInput(op, 'logits', logits);
  checkInput(op, 'targets', targets, 'int32', 0);
  check(
    String(targets.shape) === String(logits.shape.slice(0, -1)),
    () => `${op}: ${describe('targets', targets)} must have the leading axes of ${describe('logits', logits)}`,
  );
  return run({ logits, targets }, attrs)[0]!;
}
