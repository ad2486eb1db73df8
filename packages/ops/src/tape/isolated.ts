import * as tf from '@tensorflow/tfjs-core';

/** What tfjs's engine knows about a recorded operation. */
export type TapeNode = ReturnType<typeof tf.engine>['state']['activeTape'][number];

/**
 * Runs `f` with a tape of its own, and puts the surrounding tape back, also after an exception.
 *
 * tfjs has one tape and throws it away when an inner differentiation ends, so that gradients cannot be taken inside a
 * gradient function. While the surrounding tape records (a gradient of a gradient), tfjs stacks differentiations on
 * it properly and `f` simply runs.
 */
export function isolated<T>(f: () => T): T {
  const engine = tf.engine();
  if (engine.isTapeOn()) return f();
  const { state } = engine;
  const { activeTape, gradientDepth, kernelDepth } = state;
  const own: TapeNode[] = [];
  Object.assign(state, { activeTape: own, gradientDepth: 0, kernelDepth: 0 });
  try {
    return f();
  } catch (error) {
    // what the abandoned tape saved would never be freed
    for (const node of new Set([...own, ...(state.activeTape ?? [])])) tf.dispose(node.saved);
    throw error;
  } finally {
    Object.assign(state, { activeTape, gradientDepth, kernelDepth });
  }
}

/** Runs `f` without recording its operations. */
export function unrecorded<T>(f: () => T): T {
  const { state } = tf.engine();
  state.kernelDepth++;
  try {
    return f();
  } finally {
    state.kernelDepth--;
  }
}
