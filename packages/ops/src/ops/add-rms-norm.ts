import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { gradientsOfSum } from './add-layer-norm.js';
import { rmsNormGradients, rmsNormReference, type RmsNormOptions } from './rms-norm.js';
import { checkNorm, checkResidual, widthOf } from './shapes.js';

const run = /* @__PURE__ */ defineOp<'AshlarAddRmsNorm'>({
  name: 'AshlarAddRmsNorm',
  outputs: ['sum', 'y', 'rstd'],
  visible: 2,
  reference({ x, residual, weight }, { eps, residuals }) {
    const sum = tf.add(x, residual);
    const { y, rstd } = rmsNormReference(sum, weight, eps);
    return residuals ? [sum, y, rstd] : [sum, y];
  },
  gradient: {
    wanted: ['x', 'residual', 'weight'],
    saves: ['sum', 'weight', 'rstd'],
    reference: ({ dsum, dy, sum, weight, rstd }, { wanted }) =>
      gradientsOfSum<'weight'>(dsum, dy && rmsNormGradients(dy, sum, weight, rstd), widthOf(sum), wanted),
  },
});

/**
 * A residual connection and the RMS norm after it in one call: `[x + residual, rmsNorm(x + residual)]`.
 *
 * @param x `[..., hidden]`
 * @param residual as x
 * @param weight `[hidden]`
 * @returns the sum and the norm, both as x
 * @throws RangeError when the shapes do not fit
 */
export function addRmsNorm(
  x: tf.Tensor,
  residual: tf.Tensor,
  weight: tf.Tensor,
  { eps = 1e-6 }: RmsNormOptions = {},
): [sum: tf.Tensor, y: tf.Tensor] {
  checkNorm('addRmsNorm', x, { weight });
  checkResidual('addRmsNorm', x, residual);
  return run({ x, residual, weight }, { eps }) as [tf.Tensor, tf.Tensor];
}
