import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { checkNorm, rowsOf, widthOf } from './shapes.js';

/** The definition, and what its gradient reads. */
export function rmsNormReference(x: tf.Tensor, weight: tf.Tensor, eps: number) {
  const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps)); // [..., 1]
  return { y: tf.mul(tf.mul(x, rstd), weight), rstd };
}

/** What makes each gradient. */
export function rmsNormGradients(dy: tf.Tensor, x: tf.Tensor, weight: tf.Tensor, rstd: tf.Tensor) {
  const xHat = tf.mul(x, rstd);
  return {
    x: () => {
      const dxHat = tf.mul(dy, weight);
      return tf.mul(tf.sub(dxHat, tf.mul(xHat, tf.mean(tf.mul(dxHat, xHat), -1, true))), rstd);
    },
    weight: () => tf.sum(tf.reshape(tf.mul(dy, xHat), [rowsOf(x), widthOf(x)]), 0),
  };
}

const run = /* @__PURE__ */ defineOp<'AshlarRmsNorm'>({
  name: 'AshlarRmsNorm',
  outputs: ['y', 'rstd'],
  reference({ x, weight }, { eps, residuals }) {
    const { y, rstd } = rmsNormReference(x, weight, eps);
    return residuals ? [y, rstd] : [y];
  },
  gradient: {
    wanted: ['x', 'weight'],
    saves: ['x', 'weight', 'rstd'],
    reference({ dy, x, weight, rstd }, { wanted }) {
      const gradients = rmsNormGradients(dy, x, weight, rstd);
      return wanted.map((name) => gradients[name]());
    },
  },
});

export interface RmsNormOptions {
  /** Added to the mean square. @default 1e-6 */
  eps?: number;
}

/**
 * Root-mean-square normalisation over the last axis (Zhang and Sennrich 2019, arXiv 1910.07467):
 * `x / sqrt(mean(x^2) + eps) * weight`.
 *
 * @param x `[..., hidden]`
 * @param weight `[hidden]`
 * @returns `[..., hidden]`
 * @throws RangeError when the shapes do not fit
 */
export function rmsNorm(x: tf.Tensor, weight: tf.Tensor, { eps = 1e-6 }: RmsNormOptions = {}): tf.Tensor {
  checkNorm('rmsNorm', x, { weight });
  return run({ x, weight }, { eps })[0]!;
}
