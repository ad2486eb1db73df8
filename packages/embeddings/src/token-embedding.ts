import { Module, normal, parameter } from '@ashlar/nn';
import { embedding } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';

/** A learned vector for each token of the vocabulary. */
export class TokenEmbedding extends Module {
  /** `[vocabSize, hiddenSize]` */
  weight: tf.Variable;

  /** @param options.std standard deviation of the initial vectors. @default 0.02 */
  constructor(vocabSize: number, hiddenSize: number, { std = 0.02 }: { std?: number } = {}) {
    super();
    this.weight = parameter([vocabSize, hiddenSize], normal({ std }));
  }

  /** int32 `[...]` to `[..., hiddenSize]` */
  forward(ids: tf.Tensor): tf.Tensor {
    return embedding(ids, this.weight);
  }
}
