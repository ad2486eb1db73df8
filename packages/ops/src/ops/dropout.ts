import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import type { DropoutRng } from '../random/dropout-rng.js';
import { dropoutMask } from './dropout-mask.js';
import { check, checkInput } from './shapes.js';

const run = /* @__PURE__ */ defineOp<'AshlarDropout'>({
  name: 'AshlarDropout',
  outputs: ['y'],
  reference: ({ x, rng }, { rate }) => [tf.mul(x, dropoutMask(x.shape, rate, rng))],
  gradient: {
    wanted: ['x'],
    saves: ['rng'],
    reference: ({ dy, rng }, { rate }) => [tf.mul(dy, dropoutMask(dy.shape, rate, rng))],
  },
});

/**
 * Sets a share of the values to zero and scales the rest by 1 / (1 - rate). The same seed, step and position drop the
 * same values on every backend.
 *
 * @param x of any shape
 * @param rate in [0, 1)
 * @param rng moves on by one position, also at rate 0
 */
export function dropout(x: tf.Tensor, rate: number, rng: DropoutRng): tf.Tensor {
  checkInput('dropout', 'x', x, 'float32', 0);
  check(rate >= 0 && rate < 1, () => `dropout: rate (${rate}) must be in [0, 1)`);
  return tf.tidy(() => run({ x, rng: rng.next() }, { rate })[0]!);
}
