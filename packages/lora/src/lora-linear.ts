import { Dropout, Module, type UnaryModule } from '@ashlar/nn';
import { linear, type DropoutRng } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { LinearLike } from './linear-like.js';

/** What the adapters of one model share. */
export interface LoraState {
  /** Calls of `disabled` that are running. */
  disabled: number;
  /** The adapters are in the base weights. */
  merged: boolean;
}

/** One of the two matrices of an adapter. */
class LoraFactor extends Module implements UnaryModule {
  weight: tf.Variable;

  /** @param values `[out, in]`; copied, the caller's to dispose of */
  constructor(values: tf.Tensor) {
    super();
    this.weight = tf.tidy(() => tf.variable(tf.mul(values, 1)));
  }

  forward(x: tf.Tensor): tf.Tensor {
    return linear(x, this.weight, null);
  }
}

export interface LoraLinearOptions {
  /** `[rank, in]` */
  a: tf.Tensor;
  /** `[out, rank]` */
  b: tf.Tensor;
  alpha: number;
  /** Share of the adapter's input to drop while training. */
  dropout: number;
  useRslora: boolean;
  state: LoraState;
}

/**
 * A linear with a low-rank adapter: `base(x) + scale * dropout(x) A^T B^T` (Hu et al. 2021, arXiv 2106.09685), where
 * `scale` is `alpha / rank`, or `alpha / sqrt(rank)` with rsLoRA (arXiv 2312.03732). Field names are PEFT's.
 */
export class LoraLinear extends Module implements UnaryModule {
  base_layer: LinearLike;
  /** weight `[rank, in]` */
  lora_A: LoraFactor;
  /** weight `[out, rank]` */
  lora_B: LoraFactor;
  lora_dropout: Dropout;
  readonly rank: number;
  readonly alpha: number;
  readonly scale: number;
  readonly state: LoraState;

  constructor(base: LinearLike, { a, b, alpha, dropout, useRslora, state }: LoraLinearOptions) {
    super();
    this.base_layer = base;
    this.lora_A = new LoraFactor(a);
    this.lora_B = new LoraFactor(b);
    this.lora_dropout = new Dropout(dropout);
    this.rank = a.shape[0]!;
    this.alpha = alpha;
    this.scale = alpha / (useRslora ? Math.sqrt(this.rank) : this.rank);
    this.state = state;
  }

  /** `[..., in]` to `[..., out]`; dropout only with `rng`, and only in the adapter's branch */
  forward(x: tf.Tensor, rng?: DropoutRng): tf.Tensor {
    if (this.state.merged || this.state.disabled > 0) return this.base_layer.forward(x, rng);
    return tf.tidy(() => {
      const y = this.base_layer.forward(x, rng);
      const low = this.lora_A.forward(this.lora_dropout.forward(x, rng)); // [..., rank]
      return tf.add(y, this.lora_B.forward(tf.mul(low, this.scale)));
    });
  }

  /** What the adapter adds to the weight: `scale * B A`, `[out, in]`. */
  delta(): tf.Tensor {
    return tf.tidy(() => tf.mul(tf.matMul(this.lora_B.weight, this.lora_A.weight), this.scale));
  }
}
