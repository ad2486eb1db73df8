import { type Linear, type Module, replaceModules } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { QuantizedLinear } from './quantized-linear.js';
import type { QuantizedWeight } from './scheme.js';

/** The linear layers below `root` by path. Told by their fields, since two copies of `@ashlar/nn` may live in one realm. */
export const linearsOf = (root: Module): Map<string, Linear> => collect(root, isLinear);

/** The quantized linear layers below `root` by path. */
export const quantizedLinearsOf = (root: Module): Map<string, QuantizedLinear> => collect(root, isQuantizedLinear);

/** Puts quantized layers with these weights in the place of linear ones, whose biases they keep, frozen; frees the rest. */
export function replaceLinears(root: Module, weights: ReadonlyMap<string, QuantizedWeight>): string[] {
  return replaceModules(
    root,
    (path) => weights.has(path),
    (child, path) => {
      const { bias } = child as Linear;
      const frozen = bias && tf.tidy(() => tf.variable(bias, false));
      child.dispose();
      return new QuantizedLinear(weights.get(path)!, frozen);
    },
  );
}

function collect<M extends Module>(root: Module, is: (child: Module) => child is M): Map<string, M> {
  const found = new Map<string, M>();
  const look = (path: string, child: Module) => {
    if (is(child)) found.set(path, child);
    return false;
  };
  replaceModules(root, look, (child) => child);
  return found;
}

function isLinear(child: Module): child is Linear {
  const { weight, bias } = child as Partial<Linear>;
  return weight instanceof tf.Variable && weight.rank === 2 && (bias === null || bias instanceof tf.Variable);
}

function isQuantizedLinear(child: Module): child is QuantizedLinear {
  const { weight } = child as Partial<QuantizedLinear>;
  return typeof weight?.dequantize === 'function';
}
