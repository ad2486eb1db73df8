import { dropout, type DropoutRng } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';
import { Module } from './module.js';

/** Zeroes a share of the values while training and scales the rest by `1 / (1 - rate)`. */
export class Dropout extends Module {
  /** @param rate share of values to drop, in [0, 1) */
  constructor(readonly rate: number) {
    super();
    if (!(rate >= 0 && rate < 1)) throw new RangeError(`Dropout: rate (${rate}) must be in [0, 1)`);
  }

  /** Without `rng` (evaluation, generation) or at rate 0 the input itself is returned. */
  forward(x: tf.Tensor, rng?: DropoutRng): tf.Tensor {
    return rng && this.rate > 0 ? dropout(x, this.rate, rng) : x;
  }
}
