import { RandomStream } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { Module } from './module.js';
import { walk } from './walk.js';

/** How the initial values of a parameter are drawn. Plain data: nothing is computed until `initialize`. */
export type Init = { kind: 'constant'; value: number } | { kind: 'normal'; mean: number; std: number };

/** Every value 0. */
export const zeros: Init = { kind: 'constant', value: 0 };
/** Every value 1. */
export const ones: Init = { kind: 'constant', value: 1 };
/** Normal with the given mean and standard deviation. */
export const normal = ({ mean = 0, std = 0.02 }: { mean?: number; std?: number } = {}): Init => ({
  kind: 'normal',
  mean,
  std,
});

interface InitState {
  pending: WeakMap<tf.Variable, Init>;
  /** Depth of `withoutInit` calls. */
  skipping: number;
}

// shared by all copies of this package in a realm
const stateKey = Symbol.for('@ashlar/nn.init');
const realm = globalThis as { [stateKey]?: InitState };
const initState = () => (realm[stateKey] ??= { pending: new WeakMap(), skipping: 0 });

/** A trainable variable for a module's field. It holds zeros until `initialize` or `loadStateDict` fills it. */
export function parameter(shape: number[], init: Init): tf.Variable {
  const variable = tf.tidy(() => tf.variable(tf.fill(shape, 0)));
  initState().pending.set(variable, init);
  return variable;
}

/**
 * Fills every parameter below `module` that holds no values yet.
 *
 * Values are computed on the host in float64 from Philox4x32-10 with the stream name `init/<path>`, then rounded: the
 * same seed gives the same bytes on every backend, whatever the order of fields.
 *
 * @param seed a safe non-negative integer
 */
export function initialize<T extends Module>(module: T, { seed }: { seed: number }): T {
  const { pending, skipping } = initState();
  if (skipping > 0) return module;
  for (const { path, value } of walk(module)) {
    const init = value instanceof tf.Variable ? pending.get(value) : undefined;
    if (!init || !(value instanceof tf.Variable)) continue;
    tf.tidy(() => value.assign(tf.tensor(initialValues(init, value.size, seed, path), value.shape)));
    pending.delete(value);
  }
  return module;
}

function initialValues(init: Init, size: number, seed: number, path: string): Float32Array {
  if (init.kind === 'constant') return new Float32Array(size).fill(init.value);
  return new RandomStream(seed, `init/${path}`).normalArray(size, init);
}

/** Runs `make` with `initialize` switched off: for a model whose weights are loaded next. */
export function withoutInit<T>(make: () => T): T {
  const state = initState();
  state.skipping++;
  try {
    return make();
  } finally {
    state.skipping--;
  }
}

/** Says that a variable has got its values from elsewhere. */
export const markInitialized = (variable: tf.Variable): void => void initState().pending.delete(variable);

/** Throws when a parameter was never given values. */
export function assertInitialized(parameters: ReadonlyMap<string, tf.Variable>): void {
  const { pending } = initState();
  for (const [path, variable] of parameters)
    if (pending.has(variable))
      throw new Error(`${path} has no values yet: call initialize(model, { seed }) or load a state dict`);
}
