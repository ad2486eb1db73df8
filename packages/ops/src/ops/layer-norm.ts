import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { checkNorm, rowsOf, widthOf } from './shapes.js';

/** The definition, and what its gradient reads. */
export function layerNormReference(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | undefined, eps: number) {
  const mean = tf.mean(x, -1, true); // [..., 1]
  const centred = tf.sub(x, mean);
  const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps)); // [..., 1]
  const scaled = tf.mul(tf.mul(centred, rstd), weight);
  return { y: bias ? tf.add(scaled, bias) : scaled, mean, rstd };
}

/** What makes each gradient. */
export function layerNormGradients(dy: tf.Tensor, x: tf.Tensor, weight: tf.Tensor, mean: tf.Tensor, rstd: tf.Tensor) {
  const flat = (t: tf.Tensor) => tf.reshape(t, [rowsOf(t), widthOf(t)]);
  const xHat = tf.mul(tf.sub(x, mean), rstd);
  return {
    x: () => {
      const dxHat = tf.mul(dy, weight);
      const along = tf.mul(xHat, tf.mean(tf.mul(dxHat, xHat), -1, true));
      return tf.mul(tf.sub(tf.sub(dxHat, tf.mean(dxHat, -1, true)), along), rstd);
    },
    weight: () => tf.sum(flat(tf.mul(dy, xHat)), 0),
    bias: () => tf.sum(flat(dy), 0),
  };
}

const run = /* @__PURE__ */ defineOp<'AshlarLayerNorm'>({
  name: 'AshlarLayerNorm',
  outputs: ['y', 'mean', 'rstd'],
  reference({ x, weight, bias }, { eps, residuals }) {
    const { y, mean, rstd } = layerNormReference(x, weight, bias, eps);
    return residuals ? [y, mean, rstd] : [y];
  },
  gradient: {
    wanted: ['x', 'weight', 'bias'],
    saves: ['x', 'weight', 'mean', 'rstd'],
    reference({ dy, x, weight, mean, rstd }, { wanted }) {
      const gradients = layerNormGradients(dy, x, weight, mean, rstd);
      return wanted.map((name) => gradients[name]());
    },
  },
});

export interface LayerNormOptions {
  /** Added to the variance. @default 1e-5 */
  eps?: number;
}

/**
 * Layer normalisation over the last axis (Ba et al. 2016, arXiv 1607.06450).
 *
 * @param x `[..., hidden]`
 * @param weight `[hidden]`
 * @param bias `[hidden]`, or null for none
 * @returns `[..., hidden]`
 * @throws RangeError when the shapes do not fit
 */
export function layerNorm(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias?: tf.Tensor | null,
  { eps = 1e-5 }: LayerNormOptions = {},
): tf.Tensor {
  checkNorm('layerNorm', x, { weight, bias });
  return run({ x, weight, ...(bias && { bias }) }, { eps })[0]!;
}
