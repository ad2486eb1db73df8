import { Module, type UnaryModule } from '@ashlar/nn';
import { linear } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { QuantizedWeight } from './scheme.js';

/**
 * A frozen affine map of the last axis, `x W^T + b`, whose weight is kept in few bits.
 *
 * Each call brings the weight to float32, multiplies and lets it go; the backward pass does so again, so that training
 * something in front of it or beside it (LoRA: together QLoRA) never holds all weights in float32 at once. The gradient
 * reaches `x`; weight and bias are not trained.
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
    const apply = tf.customGrad((input) => ({
      value: tf.tidy(() => linear(input as tf.Tensor, this.weight.dequantize(), this.bias)),
      gradFunc: (dy: tf.Tensor) => tf.tidy(() => linear(dy, tf.transpose(this.weight.dequantize()), null)),
    }));
    return apply(x);
  }
}
