import { Dropout, Module, type UnaryModule } from '@ashlar/nn';
import { linear, type DropoutRng } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { denseWeight, type LinearLike } from './linear-like.js';
import { gain, rowNorms } from './magnitude.js';

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
    this.weight = copied(values);
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
  /** DoRA's length of each row of the weight, `[out]`. @default null, no DoRA */
  magnitude?: tf.Tensor | null;
  /** Share of the adapter's input to drop while training. */
  dropout: number;
  useRslora: boolean;
  state: LoraState;
}

/**
 * A linear with a low-rank adapter: `base(x) + scale * dropout(x) A^T B^T` (Hu et al. 2021, arXiv 2106.09685), where
 * `scale` is `alpha / rank`, or `alpha / sqrt(rank)` with rsLoRA (arXiv 2312.03732). With DoRA (arXiv 2402.09353) the rows
 * of `W + scale * B A` then have the learned lengths `m`. Field names are PEFT's.
 */
export class LoraLinear extends Module implements UnaryModule {
  base_layer: LinearLike;
  /** weight `[rank, in]` */
  lora_A: LoraFactor;
  /** weight `[out, rank]` */
  lora_B: LoraFactor;
  /** `[out]`; null without DoRA */
  lora_magnitude_vector: tf.Variable | null;
  lora_dropout: Dropout;
  readonly rank: number;
  readonly alpha: number;
  readonly scale: number;
  readonly state: LoraState;
  /** While merged with DoRA: what each row was multiplied by, `[out]`. */
  mergedGain: tf.Tensor | null = null;

  constructor(base: LinearLike, { a, b, alpha, magnitude = null, dropout, useRslora, state }: LoraLinearOptions) {
    super();
    this.base_layer = base;
    this.lora_A = new LoraFactor(a);
    this.lora_B = new LoraFactor(b);
    this.lora_magnitude_vector = magnitude && copied(magnitude);
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
      const seen = this.lora_dropout.forward(x, rng);
      const low = tf.mul(this.lora_A.forward(seen), this.scale); // [..., rank]
      const update = this.lora_B.forward(low);
      return tf.add(
        y,
        this.lora_magnitude_vector ? this.scaled(seen === x ? y : this.base_layer.forward(seen), update) : update,
      );
    });
  }

  /** What DoRA adds to the base's output: `(g - 1) x W^T + g * update`, with the rows' gains `g` and without the bias. */
  private scaled(y: tf.Tensor, update: tf.Tensor): tf.Tensor {
    const { bias } = this.base_layer;
    const g = gain(this.lora_magnitude_vector!, () => rowNorms(this.sum()));
    return tf.add(tf.mul(tf.sub(g, 1), bias ? tf.sub(y, bias) : y), tf.mul(g, update));
  }

  /** What the adapter adds to the weight: `scale * B A`, `[out, in]`. */
  delta(): tf.Tensor {
    return tf.tidy(() => tf.mul(tf.matMul(this.lora_B.weight, this.lora_A.weight), this.scale));
  }

  /** `W + scale * B A`, `[out, in]` */
  private sum(): tf.Tensor {
    return tf.tidy(() => tf.add(denseWeight(this.base_layer), this.delta()));
  }

  /** Puts the adapter into the base weight. */
  merge(): void {
    const weight = this.base_layer.weight as tf.Variable;
    const magnitude = this.lora_magnitude_vector;
    if (!magnitude) return tf.tidy(() => weight.assign(this.sum()));
    this.mergedGain = tf.tidy(() => {
      const sum = this.sum();
      const g = gain(magnitude, () => rowNorms(sum));
      weight.assign(tf.mul(sum, tf.expandDims(g, 1)));
      return tf.keep(g);
    });
  }

  /** Takes a merged adapter out of the base weight. */
  unmerge(): void {
    const weight = this.base_layer.weight as tf.Variable;
    const g = this.mergedGain;
    tf.tidy(() => weight.assign(tf.sub(g ? tf.div(weight, tf.expandDims(g, 1)) : weight, this.delta())));
    g?.dispose();
    this.mergedGain = null;
  }
}

const copied = (values: tf.Tensor): tf.Variable => tf.tidy(() => tf.variable(tf.mul(values, 1)));
