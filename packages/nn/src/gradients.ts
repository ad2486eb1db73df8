import { differentiate, registerGradients } from '@ashlar/ops';
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
 * @throws Error when `f` depends on none of the parameters, one of them has no values yet, or the loss is no scalar
 */
export function valueAndGradients<Aux extends tf.NamedTensorMap = Record<string, never>>(
  f: () => Loss<Aux>,
  parameters: ReadonlyMap<string, tf.Variable>,
): ValueAndGradients<Aux> {
  registerGradients();
  assertInitialized(parameters);
  const aux: tf.NamedTensorMap = {};
  const forward = () => {
    const result = f();
    const { loss, aux: further = {} } = result instanceof tf.Tensor ? { loss: result } : result;
    if (loss.rank !== 0) throw new Error(`valueAndGradients: the loss must be a scalar, not [${loss.shape}]`);
    // clones: what `f` hands back may belong to somebody else
    for (const [name, tensor] of Object.entries<tf.Tensor>(further)) aux[name] = tf.keep(tf.clone(tensor));
    return loss;
  };
  try {
    const { value, grads } = differentiate(forward, [...parameters.values()]);
    const gradients = new Map<string, tf.Tensor>();
    [...parameters.keys()].forEach((path, i) => grads[i] && gradients.set(path, grads[i]));
    if (gradients.size === 0) throw new Error('valueAndGradients: the loss depends on none of the parameters');
    Object.values(aux).forEach(release);
    return { value: value as tf.Scalar, gradients, aux: aux as Aux };
  } catch (error) {
    tf.dispose(aux);
    throw error;
  }
}

/** Undoes `tf.keep`: from here on the tensor is the current scope's, like any result. */
function release(tensor: tf.Tensor): void {
  tensor.kept = false;
  (tf.engine() as unknown as { track(tensor: tf.Tensor): void }).track(tensor);
}
