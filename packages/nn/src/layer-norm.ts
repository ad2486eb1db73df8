import { addLayerNorm, layerNorm } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';
import { ones, parameter, zeros } from './init.js';
import { Module, type UnaryModule } from './module.js';

export interface LayerNormOptions {
  /** Added to the variance. @default 1e-5 */
  eps?: number;
  /** Adds a learned offset. @default true */
  bias?: boolean;
}

/** Layer normalisation over the last axis (Ba et al. 2016, arXiv 1607.06450). */
export class LayerNorm extends Module implements UnaryModule {
  /** `[hiddenSize]` */
  weight: tf.Variable;
  /** `[hiddenSize]` */
  bias: tf.Variable | null;
  readonly eps: number;

  constructor(hiddenSize: number, { eps = 1e-5, bias = true }: LayerNormOptions = {}) {
    super();
    this.weight = parameter([hiddenSize], ones);
    this.bias = bias ? parameter([hiddenSize], zeros) : null;
    this.eps = eps;
  }

  /** `[..., hiddenSize]` to `[..., hiddenSize]` */
  forward(x: tf.Tensor): tf.Tensor {
    return layerNorm(x, this.weight, this.bias, { eps: this.eps });
  }

  /** `x + residual` and its norm, in one call. */
  forwardSum(x: tf.Tensor, residual: tf.Tensor): [sum: tf.Tensor, norm: tf.Tensor] {
    return addLayerNorm(x, residual, this.weight, this.bias, { eps: this.eps });
  }
}
