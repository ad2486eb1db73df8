import { linear, type Activation } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';
import { normal, parameter, zeros } from './init.js';
import { Module, type UnaryModule } from './module.js';

export interface LinearOptions {
  /** Adds a learned offset. @default true */
  bias?: boolean;
  /** Standard deviation of the initial weights. @default 0.02 */
  std?: number;
}

/** An affine map of the last axis, `x W^T + b`. */
export class Linear extends Module implements UnaryModule {
  /** `[outFeatures, inFeatures]` */
  weight: tf.Variable;
  /** `[outFeatures]` */
  bias: tf.Variable | null;

  constructor(inFeatures: number, outFeatures: number, { bias = true, std = 0.02 }: LinearOptions = {}) {
    super();
    this.weight = parameter([outFeatures, inFeatures], normal({ std }));
    this.bias = bias ? parameter([outFeatures], zeros) : null;
  }

  /** `[..., inFeatures]` to `[..., outFeatures]` */
  forward(x: tf.Tensor): tf.Tensor {
    return linear(x, this.weight, this.bias);
  }

  /** `activation(forward(x))`, in one call. */
  forwardActivated(x: tf.Tensor, activation: Activation): tf.Tensor {
    return linear(x, this.weight, this.bias, { activation });
  }
}
