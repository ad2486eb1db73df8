import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { layerNormGradients, layerNormReference, type LayerNormOptions } from './layer-norm.js';
import { checkNorm, checkResidual, widthOf } from './shapes.js';

const run = /* @__PURE__ */ defineOp<'AshlarAddLayerNorm'>({
  name: 'AshlarAddLayerNorm',
  outputs: ['sum', 'y', 'mean', 'rstd'],
  visible: 2,
  reference({ x, residual, weight, bias }, { eps, residuals }) {
    const sum = tf.add(x, residual);
    const { y, mean, rstd } = layerNormReference(sum, weight, bias, eps);
    return residuals ? [sum, y, mean, rstd] : [sum, y];
  },
  gradient: {
    wanted: ['x', 'residual', 'weight', 'bias'],
    saves: ['sum', 'weight', 'mean', 'rstd'],
    reference({ dsum, dy, sum, weight, mean, rstd }, { wanted }) {
      const ofNorm = dy && layerNormGradients(dy, sum, weight, mean, rstd);
      return gradientsOfSum(dsum, ofNorm, widthOf(sum), wanted);
    },
  },
});

/** Gradients of what is added and then normalised, from those of the sum and of the norm, one of which may be missing. */
export function gradientsOfSum<Parameter extends 'weight' | 'bias'>(
  dsum: tf.Tensor | undefined,
  ofNorm: Record<'x' | Parameter, () => tf.Tensor> | undefined,
  width: number,
  wanted: readonly ('x' | 'residual' | Parameter)[],
): tf.Tensor[] {
  let dx: tf.Tensor | undefined;
  const added = () => (dx ??= ofNorm ? (dsum ? tf.add(ofNorm.x(), dsum) : ofNorm.x()) : dsum!);
  // a clone shares its data; whoever sums gradients up disposes of each
  return wanted.map((name) =>
    name === 'x' || name === 'residual' ? tf.clone(added()) : ofNorm ? ofNorm[name as Parameter]() : tf.zeros([width]),
  );
}

/**
 * A residual connection and the layer norm after it in one call: `[x + residual, layerNorm(x + residual)]`.
 *
 * @param x `[..., hidden]`
 * @param residual as x
 * @param weight `[hidden]`
 * @param bias `[hidden]`, or null for none
 * @returns the sum and the norm, both as x
 * @throws RangeError when the shapes do not fit
 */
export function addLayerNorm(
  x: tf.Tensor,
  residual: tf.Tensor,
  weight: tf.Tensor,
  bias?: tf.Tensor | null,
  { eps = 1e-5 }: LayerNormOptions = {},
): [sum: tf.Tensor, y: tf.Tensor] {
  checkNorm('addLayerNorm', x, { weight, bias });
  checkResidual('addLayerNorm', x, residual);
  return run({ x, residual, weight, ...(bias && { bias }) }, { eps }) as [tf.Tensor, tf.Tensor];
}
