import { linear } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';
import { Module, type UnaryModule } from './module.js';

/**
 * An output head whose weight is another module's, the token embedding. It owns nothing and saves nothing; what takes its
 * place (a quantized layer made of its weight) leaves the embedding as it is.
 */
export class TiedHead extends Module implements UnaryModule {
  readonly bias = null;

  /** @param tiedTo finds the weight `[vocabSize, hiddenSize]`, at each call */
  constructor(private readonly tiedTo: () => tf.Variable) {
    super();
  }

  /** `[vocabSize, hiddenSize]` */
  get weight(): tf.Variable {
    return this.tiedTo();
  }

  /** `[..., hiddenSize]` to `[..., vocabSize]` */
  forward(x: tf.Tensor): tf.Tensor {
    return linear(x, this.weight, null);
  }
}
