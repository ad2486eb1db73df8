import * as tf from '@tensorflow/tfjs-core';
import { isolated, type TapeNode } from './isolated.js';

/** A value and its gradients; none where it does not depend on the target. */
export interface Differentiated {
  value: tf.Tensor;
  grads: (tf.Tensor | undefined)[];
}

/**
 * The value of `f` and its gradients at `targets`, usable inside a gradient function.
 *
 * Does what tfjs's own `engine().gradients` does, in the same order, but frees on the way back: what a node saved and
 * the gradient of its output are gone once the node has been passed. tfjs keeps all of them to the end, more than twice
 * as much memory for a transformer. Inside a gradient of a gradient tfjs's own runs.
 *
 * @param dy the gradient of the value, which stays the caller's. @default ones
 * @throws Error for an operation on the way that has no gradient, or a gradient of another shape than its input
 */
export function differentiate(f: () => tf.Tensor, targets: readonly tf.Tensor[], dy?: tf.Tensor): Differentiated {
  return isolated(() => {
    const engine = tf.engine();
    if (engine.isTapeOn()) return engine.gradients(f, [...targets], dy, true);
    const tape: TapeNode[] = [];
    const value = recorded(f, tape);
    const path = onTheWay(tape, targets, value);
    const used = new Set(path.map(({ id }) => id));
    for (const node of tape) if (!used.has(node.id)) tf.dispose(node.saved);
    let grads: Differentiated['grads'] = [];
    tf.tidy(() => {
      grads = backward(path, targets, value, dy);
      return grads.filter((gradient) => gradient !== undefined);
    });
    return { value, grads };
  });
}

/** Runs `f` on `tape`; on the way back nothing is recorded. */
function recorded(f: () => tf.Tensor, tape: TapeNode[]): tf.Tensor {
  const { state } = tf.engine();
  Object.assign(state, { activeTape: tape, gradientDepth: 1 });
  try {
    return tf.tidy(f);
  } finally {
    state.gradientDepth = 0;
  }
}

/** The nodes between the targets and the value, with only those inputs that depend on a target. */
function onTheWay(tape: readonly TapeNode[], targets: readonly tf.Tensor[], value: tf.Tensor): TapeNode[] {
  const dependent = new Set(targets.map(({ id }) => id));
  const after = tape.flatMap((node) => {
    const inputs = Object.fromEntries(Object.entries(node.inputs).filter(([, { id }]) => dependent.has(id)));
    if (Object.keys(inputs).length === 0) return [];
    node.outputs.forEach(({ id }) => dependent.add(id));
    return [{ ...node, inputs }];
  });
  const needed = new Set([value.id]);
  return after
    .reverse()
    .filter((node) => {
      if (!node.outputs.some(({ id }) => needed.has(id))) return false;
      Object.values(node.inputs).forEach(({ id }) => needed.add(id));
      return true;
    })
    .reverse();
}

function backward(
  path: readonly TapeNode[],
  targets: readonly tf.Tensor[],
  value: tf.Tensor,
  dy: tf.Tensor | undefined,
): Differentiated['grads'] {
  const isTarget = new Set(targets.map(({ id }) => id));
  const found = new Map<number, tf.Tensor>([[value.id, dy ? tf.clone(dy) : tf.ones(value.shape)]]);
  for (const node of [...path].reverse()) {
    const dys = node.outputs.map(({ id }) => found.get(id));
    const gradients = gradientsOf(node, dys);
    for (const [name, { id }] of Object.entries(node.inputs)) {
      const [before, dx] = [found.get(id), gradients[name]!];
      found.set(id, before ? tf.add(before, dx) : dx);
      if (before) tf.dispose([before, dx]);
    }
    tf.dispose(node.saved);
    for (const { id } of node.outputs) {
      if (isTarget.has(id)) continue;
      found.get(id)?.dispose();
      found.delete(id);
    }
  }
  return targets.map(({ id }) => found.get(id));
}

/** Gradients of a node's inputs, each an object of its own, by the input's name. */
function gradientsOf(node: TapeNode, dys: (tf.Tensor | undefined)[]): tf.NamedTensorMap {
  if (!node.gradient) throw new Error(`${node.kernelName} has no gradient: register one with tf.registerGradient`);
  const own = new Set<tf.Tensor | undefined>(dys);
  return tf.tidy(() => {
    const makers = node.gradient!(dys as tf.Tensor[]);
    return Object.fromEntries(
      Object.entries(node.inputs).map(([name, input]) => {
        if (!makers[name]) throw new Error(`${node.kernelName} has no gradient for its input ${name}`);
        const made = tf.tidy(makers[name]);
        if (made.dtype !== 'float32' || !tf.util.arraysEqual(made.shape, input.shape))
          throw new Error(
            `${node.kernelName}: the gradient of ${name} is ${made.dtype} [${made.shape}], it must be float32 [${input.shape}]`,
          );
        const dx = own.has(made) ? tf.clone(made) : made;
        own.add(dx);
        return [name, dx];
      }),
    );
  });
}
