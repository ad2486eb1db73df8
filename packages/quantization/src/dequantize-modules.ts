import { Linear, loadStateDict, type Module, replaceModules } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { quantizedLinearsOf } from './linears.js';
import type { QuantizedLinear } from './quantized-linear.js';

/**
 * Puts plain linear layers with the dequantized weights in the place of the quantized ones, and frees those: to merge
 * adapters into them, or to save a model that every program reads.
 *
 * @returns the paths that were replaced
 */
export function dequantizeModules(root: Module): string[] {
  const found = quantizedLinearsOf(root);
  return replaceModules(
    root,
    (path) => found.has(path),
    (child) => {
      const { weight, bias, inFeatures, outFeatures } = child as QuantizedLinear;
      const plain = new Linear(inFeatures, outFeatures, { bias: bias !== null });
      tf.tidy(() => {
        const state = new Map<string, tf.Tensor>([['weight', weight.dequantize()]]);
        if (bias) state.set('bias', bias);
        loadStateDict(plain, state);
      });
      child.dispose();
      return plain;
    },
  );
}
