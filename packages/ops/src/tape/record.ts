import * as tf from '@tensorflow/tfjs-core';
import type { TapeNode } from './isolated.js';

/**
 * What an op of ours must do now: `run` as no tape is on, `record` one node for itself, or `compose` stock operations,
 * as inside a gradient of a gradient, where every operation counts.
 */
export function mode(): 'run' | 'record' | 'compose' {
  const engine = tf.engine();
  if (!engine.isTapeOn()) return 'run';
  return engine.state.gradientDepth === 1 ? 'record' : 'compose';
}

/** An operation that was just run unrecorded, to be differentiated as one. */
export interface Recorded {
  name: string;
  /** The differentiable inputs. */
  inputs: tf.NamedTensorMap;
  outputs: tf.Tensor[];
  /** Kept tensors that belong to the tape from now on. */
  saved: tf.Tensor[];
  /**
   * @param wanted names of the inputs whose gradient somebody needs
   * @param dys gradients of the outputs; undefined for one that nothing depends on
   * @returns gradients in the order of `wanted`
   */
  gradient(wanted: string[], dys: (tf.Tensor | undefined)[]): tf.Tensor[];
}

/**
 * Puts one node on the tape.
 *
 * This is `tf.customGrad` without its costs: no gradients are computed for inputs that need none (frozen weights,
 * data), nothing is copied to be saved, several outputs are possible.
 */
export function record({ name, inputs, outputs, saved, gradient }: Recorded): void {
  const { state } = tf.engine();
  const node: TapeNode = {
    id: state.nextTapeNodeId++,
    kernelName: name,
    inputs,
    outputs,
    saved,
    // tfjs calls this on a copy of the node whose inputs are only those on the way to what is differentiated
    gradient(this: TapeNode, dys) {
      const wanted = Object.keys(this.inputs);
      const gradients = gradient(
        wanted,
        dys.map((dy) => dy ?? undefined),
      );
      return Object.fromEntries(wanted.map((input, i) => [input, () => gradients[i]!]));
    },
  };
  state.activeTape.push(node);
}

/** Another reference to the data of `x` that survives scopes; no data is copied. */
export function retain(x: tf.Tensor): tf.Tensor {
  const engine = tf.engine();
  const { backend } = engine.state.tensorInfo.get(x.dataId)!;
  backend.incRef(x.dataId);
  return tf.keep(engine.makeTensorFromTensorInfo(x, backend));
}
