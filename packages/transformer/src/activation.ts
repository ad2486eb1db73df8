import { gelu } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';

/** Activation functions by Hugging Face's names: `gelu` is exact (erf), `gelu_new` the tanh approximation of GPT-2. */
export const activations = {
  gelu: (x: tf.Tensor) => gelu(x, { approximate: 'none' }),
  gelu_new: (x: tf.Tensor) => gelu(x, { approximate: 'tanh' }),
  relu: (x: tf.Tensor): tf.Tensor => tf.relu(x),
  silu: (x: tf.Tensor): tf.Tensor => tf.mul(x, tf.sigmoid(x)),
};

export type Activation = keyof typeof activations;

export const activate = (x: tf.Tensor, activation: Activation): tf.Tensor => activations[activation](x);
