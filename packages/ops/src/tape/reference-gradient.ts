import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../gradients/index.js';
import { isolated } from './isolated.js';

/**
 * The gradient of `f` at `xs`, usable inside a gradient function.
 *
 * @param f differentiable, of one output
 * @param dy the gradient of its output
 * @returns gradients of all `xs`
 * @throws Error when `f` does not depend on one of them
 */
export function referenceGradient(f: (...xs: tf.Tensor[]) => tf.Tensor, xs: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  registerGradients();
  return isolated(() => tf.grads(f)(xs, dy));
}
