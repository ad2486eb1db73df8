import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '../contract/kernels.js';

const sqrtHalf = Math.SQRT1_2;
const sqrt2OverPi = Math.sqrt(2 / Math.PI);
const inverseSqrt2Pi = 1 / Math.sqrt(2 * Math.PI);
const cubic = 0.044715;

/** Standard normal distribution function. */
const cdf = (x: tf.Tensor) => tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, sqrtHalf))));

/** tanh of the tanh form's argument. */
const tanhInner = (x: tf.Tensor, x2: tf.Tensor) =>
  tf.tanh(tf.mul(tf.mul(x, sqrt2OverPi), tf.add(1, tf.mul(x2, cubic))));

const forward: Record<Exclude<Activation, 'none'>, (x: tf.Tensor) => tf.Tensor> = {
  gelu: (x) => tf.mul(x, cdf(x)),
  gelu_new: (x) => tf.mul(tf.mul(x, 0.5), tf.add(1, tanhInner(x, tf.square(x)))),
  relu: (x) => tf.relu(x),
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
};

const derivative: Record<Exclude<Activation, 'none'>, (x: tf.Tensor) => tf.Tensor> = {
  gelu: (x) => tf.add(cdf(x), tf.mul(x, tf.mul(inverseSqrt2Pi, tf.exp(tf.mul(-0.5, tf.square(x)))))),
  gelu_new: (x) => {
    const x2 = tf.square(x);
    const t = tanhInner(x, x2);
    const inner = tf.mul(sqrt2OverPi, tf.add(1, tf.mul(x2, 3 * cubic)));
    // (1 - t^2) is exactly 0 where the square of x is huge, and the product must not become NaN there
    const slope = tf.mul(tf.mul(x, 0.5), tf.mul(tf.sub(1, tf.square(t)), tf.minimum(inner, 1e30)));
    return tf.add(tf.mul(0.5, tf.add(1, t)), slope);
  },
  relu: (x) => tf.step(x),
  silu: (x) => {
    const s = tf.sigmoid(x);
    return tf.mul(s, tf.add(1, tf.mul(x, tf.sub(1, s))));
  },
};

/** The activation in stock ops. */
export const activate = (x: tf.Tensor, activation: Activation): tf.Tensor =>
  activation === 'none' ? x : forward[activation](x);

/** The gradient of an activation at `x`. */
export const activationGradient = (dy: tf.Tensor, x: tf.Tensor, activation: Activation): tf.Tensor =>
  activation === 'none' ? dy : tf.mul(dy, derivative[activation](x));
