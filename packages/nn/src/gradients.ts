import { isolated, registerGradients } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { assertInitialized } from './init.js';

/** What `f` may return: the loss alone, or the loss with further tensors to hand back. */
export type Loss<Aux extends tf.NamedTensorMap> = tf.Scalar | ({ loss: tf.Scalar } & { aux?: Aux });

/** A loss, its gradients by parameter path, and what else `f` returned. */
export interface ValueAndGradients<Aux extends tf.NamedTensorMap> {
  value: tf.Scalar;
  /** No entry for a parameter that the loss does not depend on. */
  gradients: Map<string, tf.Tensor>;
  aux: Aux;
}

/**
 * The one way to differentiate: the value of a scalar function and its gradient for each of `parameters`.
 *
 * Needs `@tensorflow/tfjs-core` and one backend, nothing else: the gradients of stock ops that tfjs-core does not
 * register by itself are registered on first use. Call it inside `tf.tidy` or dispose of what it returns.
 *
 * @throws Error when `f` depends on none of the parameters, or one of them has no values yet
 */
export function valueAndGradients<Aux extends tf.NamedTensorMap = Record<string, never>>(
  f: () => Loss<Aux>,
  parameters: ReadonlyMap<string, tf.Variable>,
): ValueAndGradients<Aux> {
  registerGradients();
  assertInitialized(parameters);
  let aux = {} as Aux;
  const forward = () => {
    const result = f();
    if (result instanceof tf.Tensor) return result;
    aux = result.aux ?? aux;
    Object.values(aux).forEach((tensor) => tf.keep(tensor));
    return result.loss;
  };
  const { value, grads } = isolated(() => tf.engine().gradients(forward, [...parameters.values()]));
  Object.values(aux).forEach(release);
  const gradients = new Map<string, tf.Tensor>();
  [...parameters.keys()].forEach((path, i) => grads[i] && gradients.set(path, grads[i]));
  return { value: value as tf.Scalar, gradients, aux };
}

/** Undoes `tf.keep`: from here on the tensor is the current scope's, like any result. */
function release(tensor: tf.Tensor): void {
  tensor.kept = false;
  (tf.engine() as unknown as { track(tensor: tf.Tensor): void }).track(tensor);
}
