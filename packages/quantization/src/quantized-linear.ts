import { Module, type UnaryModule } from '@ashlar/nn';
import { quantizedLinear } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { QuantizedWeight } from './scheme.js';

/**
 * A frozen affine map of the last axis, `x W^T + b`, whose weight is kept in few bits.
 *
 * The weight is never stored as float32 where the backend has a kernel for it (wasm, webgl, webgpu); elsewhere each call brings
 * it to float32, multiplies and lets it go, and the backward pass does so again: training something in front of it or beside it
 * (LoRA: together QLoRA) never holds all weights in float32 at once. The gradient reaches `x`; weight and bias are not
 * trained.
 */
export class QuantizedLinear extends Module implements UnaryModule {
  weight: QuantizedWeight;
  /** `[outFeatures]`, not trained */
  bias: tf.Variable | null;

  /** @param bias not trainable; this module owns it and `weight` from here on */
  constructor(weight: QuantizedWeight, bias: tf.Variable | null = null) {
    super();
    this.weight = weight;
    this.bias = bias;
  }

  get inFeatures(): number {
    return this.weight.shape[1];
  }

  get outFeatures(): number {
    return this.weight.shape[0];
  }

  /** `[..., inFeatures]` to `[..., outFeatures]` */
  forward(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => quantizedLinear(x, this.weight.matrix(), this.bias));
  }
}
