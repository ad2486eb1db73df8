import type { Module } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { adaptationOf } from './adaptation.js';
import type { LoraLinear } from './lora-linear.js';

/**
 * Adds the adapters to the base weights, `W + scale * B A`: the same function at the base's speed. The adapters are kept
 * for `unmergeLora`, and out of use.
 *
 * @throws Error when the model carries no adapters, they are merged already, or a base has no float32 weight to add to
 */
export function mergeLora(model: Module): void {
  const { layers, state } = adaptationOf(model, 'mergeLora');
  if (state.merged) throw new Error('mergeLora: the adapters are merged already');
  addDeltas(layers, tf.add);
  state.merged = true;
}

/**
 * Takes merged adapters out of the base weights again. Each weight comes back to within the rounding of one addition and
 * one subtraction in float32 (1e-7 of the larger of weight and sum), not bit for bit.
 *
 * @throws Error when the model carries no adapters, or they are not merged
 */
export function unmergeLora(model: Module): void {
  const { layers, state } = adaptationOf(model, 'unmergeLora');
  if (!state.merged) throw new Error('unmergeLora: the adapters are not merged');
  addDeltas(layers, tf.sub);
  state.merged = false;
}

function addDeltas(layers: ReadonlyMap<string, LoraLinear>, combine: typeof tf.add): void {
  const weights = [...layers].map(([path, layer]) => [layer, mergeableWeight(path, layer)] as const);
  for (const [layer, weight] of weights) tf.tidy(() => weight.assign(combine(weight, layer.delta())));
}

function mergeableWeight(path: string, { base_layer }: LoraLinear): tf.Variable {
  const weight = 'weight' in base_layer ? base_layer.weight : undefined;
  if (weight instanceof tf.Variable && weight.dtype === 'float32') return weight;
  throw new Error(`mergeLora: ${path} has no float32 weight to add an adapter to; dequantize the base first`);
}
