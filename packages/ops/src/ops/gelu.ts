import type * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { activate, activationGradient } from './activation.js';
import { checkInput } from './shapes.js';

const activation = { none: 'gelu', tanh: 'gelu_new' } as const;

const run = /* @__PURE__ */ defineOp<'AshlarGelu'>({
  name: 'AshlarGelu',
  outputs: ['y'],
  reference: ({ x }, { approximate }) => [activate(x, activation[approximate])],
  gradient: {
    wanted: ['x'],
    saves: ['x'],
    reference: ({ dy, x }, { approximate }) => [activationGradient(dy, x, activation[approximate])],
  },
});

/**
 * Gaussian error linear unit (Hendrycks and Gimpel 2016, arXiv 1606.08415), of any shape.
 *
 * @param options.approximate `none` for the erf form, `tanh` for GPT-2's form. @default 'none'
 */
export function gelu(x: tf.Tensor, { approximate = 'none' }: { approximate?: 'none' | 'tanh' } = {}): tf.Tensor {
  checkInput('gelu', 'x', x, 'float32', 0);
  return run({ x }, { approximate })[0]!;
}
