import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import type { Activation } from '../contract/kernels.js';
import { activate, activationGradient } from './activation.js';
import { check, checkInput, describe, rowsOf, widthOf } from './shapes.js';

const run = /* @__PURE__ */ defineOp<'AshlarLinear'>({
  name: 'AshlarLinear',
  outputs: ['y', 'preactivation'],
  reference({ x, weight, bias }, { activation, residuals }) {
    const rows = tf.matMul(tf.reshape(x, [rowsOf(x), widthOf(x)]), weight as tf.Tensor2D, false, true); // [rows, out]
    const shape = [...x.shape.slice(0, -1), weight.shape[0]!];
    const preactivation = tf.reshape(bias ? tf.add(rows, bias) : rows, shape);
    const y = activate(preactivation, activation);
    return residuals && activation !== 'none' ? [y, preactivation] : [y];
  },
  gradient: {
    wanted: ['x', 'weight', 'bias'],
    saves: ['x', 'weight', 'preactivation'],
    reference({ dy, x, weight, preactivation }, { activation, wanted }) {
      const dz = tf.reshape(preactivation ? activationGradient(dy, preactivation, activation) : dy, [
        rowsOf(dy),
        widthOf(dy),
      ]);
      const gradients = {
        x: () => tf.reshape(tf.matMul(dz, weight), x.shape),
        weight: () => tf.matMul(dz, tf.reshape(x, [rowsOf(x), widthOf(x)]), true),
        bias: () => tf.sum(dz, 0),
      };
      return wanted.map((name) => gradients[name]());
    },
  },
});

export interface LinearOpOptions {
  /** Applied to the result, in the same kernel where the backend has one. @default 'none' */
  activation?: Activation;
}

/**
 * activation(x weight^T + bias)
 *
 * @param x `[..., in]`
 * @param weight `[out, in]`
 * @param bias `[out]`, or null for none
 * @returns `[..., out]`
 * @throws RangeError when the shapes do not fit
 */
export function linear(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias?: tf.Tensor | null,
  { activation = 'none' }: LinearOpOptions = {},
): tf.Tensor {
  checkInput('linear', 'x', x);
  check(
    weight.rank === 2 && weight.shape[1] === widthOf(x),
    () => `linear: ${describe('weight', weight)} must be [out, ${widthOf(x)}] to fit ${describe('x', x)}`,
  );
  check(
    !bias || (bias.rank === 1 && bias.shape[0] === weight.shape[0]),
    () => `linear: ${describe('bias', bias!)} must be [${weight.shape[0]}] to fit ${describe('weight', weight)}`,
  );
  return run({ x, weight, ...(bias && { bias }) }, { activation })[0]!;
}
