import type { Module } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { adaptationOf } from './adaptation.js';
import type { LoraLinear } from './lora-linear.js';

/**
 * Puts the adapters into the base weights, `W + scale * B A` (with DoRA its rows stretched): the same function at the
 * base's speed. The adapters are kept for `unmergeLora`, and out of use.
 *
 * @throws Error when the model carries no adapters, they are merged already, or a base has no float32 weight to add to
 */
export function mergeLora(model: Module): void {
  const { layers, state } = adaptationOf(model, 'mergeLora');
  if (state.merged) throw new Error('mergeLora: the adapters are merged already');
  for (const [path, layer] of layers) assertMergeable(path, layer);
  for (const layer of layers.values()) layer.merge();
  state.merged = true;
}

/**
 * Takes merged adapters out of the base weights again. Each weight comes back to within the rounding of one addition and
 * one subtraction in float32 (with DoRA also of a product and a quotient), not bit for bit.
 *
 * @throws Error when the model carries no adapters, or they are not merged
 */
export function unmergeLora(model: Module): void {
  const { layers, state } = adaptationOf(model, 'unmergeLora');
  if (!state.merged) throw new Error('unmergeLora: the adapters are not merged');
  for (const layer of layers.values()) layer.unmerge();
  state.merged = false;
}

function assertMergeable(path: string, { base_layer: { weight } }: LoraLinear): void {
  if (weight instanceof tf.Variable && weight.dtype === 'float32') return;
  throw new Error(`mergeLora: ${path} has no float32 weight to add an adapter to; dequantize the base first`);
}
