import { Module, normal, parameter } from '@ashlar/nn';
import { embedding } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';

/** A learned vector for each position (GPT-2's `wpe`); it knows no position beyond `contextLength`. */
export class LearnedPositionEmbedding extends Module {
  /** `[contextLength, hiddenSize]` */
  weight: tf.Variable;

  /** @param options.std standard deviation of the initial vectors. @default 0.02 */
  constructor(contextLength: number, hiddenSize: number, { std = 0.02 }: { std?: number } = {}) {
    super();
    this.weight = parameter([contextLength, hiddenSize], normal({ std }));
  }

  /** int32 positions `[...]` to `[..., hiddenSize]` */
  forward(positions: tf.Tensor): tf.Tensor {
    return embedding(positions, this.weight);
  }
}
