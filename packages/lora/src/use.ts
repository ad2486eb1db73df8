import type { Module } from '@ashlar/nn';
import type * as tf from '@tensorflow/tfjs-core';
import { adaptationOf } from './adaptation.js';
import { exchange } from './saved-modules.js';

/**
 * Runs `f` while the adapters of `model` are off: it computes bit for bit what the base does, which makes the adapted
 * model its own reference for PPO and DPO. With an asynchronous `f` they are off until its promise settles.
 *
 * @throws Error when the model carries no adapters, or they are merged
 */
export function disabled<T>(model: Module, f: () => T): T {
  const { state, saved } = adaptationOf(model, 'disabled');
  if (state.merged) throw new Error('disabled: the adapters are merged into the base weights; unmergeLora first');
  const enable = () => {
    if (--state.disabled === 0) exchange(saved);
  };
  let waiting = false;
  if (++state.disabled === 1) exchange(saved);
  try {
    const result = f();
    if (!(result instanceof Promise)) return result;
    waiting = true;
    return result.finally(enable) as T;
  } finally {
    if (!waiting) enable();
  }
}

/**
 * The adapters' matrices by path (`h.0.attn.c_attn.lora_A.weight`), with DoRA their magnitudes, and the variables of
 * `modulesToSave`, sorted by path: what to train.
 *
 * @throws Error when the model carries no adapters
 */
export function loraParameters(model: Module): Map<string, tf.Variable> {
  const { layers, saved } = adaptationOf(model, 'loraParameters');
  const found = new Map(saved.variables);
  for (const [path, { lora_A, lora_B, lora_magnitude_vector }] of layers) {
    found.set(`${path}.lora_A.weight`, lora_A.weight);
    found.set(`${path}.lora_B.weight`, lora_B.weight);
    if (lora_magnitude_vector) found.set(`${path}.lora_magnitude_vector`, lora_magnitude_vector);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
