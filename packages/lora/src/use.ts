import type { Module } from '@ashlar/nn';
import type * as tf from '@tensorflow/tfjs-core';
import { adaptationOf } from './adaptation.js';

/**
 * Runs `f` while the adapters of `model` are off: it computes bit for bit what the base does, which makes the adapted
 * model its own reference for PPO and DPO. With an asynchronous `f` they are off until its promise settles.
 *
 * @throws Error when the model carries no adapters, or they are merged
 */
export function disabled<T>(model: Module, f: () => T): T {
  const { state } = adaptationOf(model, 'disabled');
  if (state.merged) throw new Error('disabled: the adapters are merged into the base weights; unmergeLora first');
  const enable = () => void state.disabled--;
  let waiting = false;
  state.disabled++;
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
 * The adapters' matrices by path (`h.0.attn.c_attn.lora_A.weight`), sorted by path: what to train.
 *
 * @throws Error when the model carries no adapters
 */
export function loraParameters(model: Module): Map<string, tf.Variable> {
  const { layers } = adaptationOf(model, 'loraParameters');
  return new Map(
    [...layers.keys()].sort().flatMap((path): [string, tf.Variable][] => {
      const { lora_A, lora_B } = layers.get(path)!;
      return [
        [`${path}.lora_A.weight`, lora_A.weight],
        [`${path}.lora_B.weight`, lora_B.weight],
      ];
    }),
  );
}
