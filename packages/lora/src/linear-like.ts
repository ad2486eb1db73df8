import { replaceModules, type Module, type UnaryModule } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';

/**
 * What an adapter fits around: a module with a weight `[out, in]` and a bias (or null), as `Linear` of `@ashlar/nn`; or
 * one that states its sizes as `inFeatures` and `outFeatures`, as a quantized linear, which can be adapted but not merged.
 */
export type LinearLike = UnaryModule &
  ({ weight: tf.Tensor; bias: tf.Tensor | null } | { inFeatures: number; outFeatures: number });

type Fields = Partial<Record<'weight' | 'bias' | 'inFeatures' | 'outFeatures' | 'forward', unknown>>;

function isLinear(module: Module): module is LinearLike {
  const { weight, bias, inFeatures, outFeatures, forward } = module as Fields;
  if (typeof forward !== 'function') return false;
  if (Number.isInteger(inFeatures) && Number.isInteger(outFeatures)) return true;
  return weight instanceof tf.Tensor && weight.rank === 2 && (bias === null || bias instanceof tf.Tensor);
}

/** Width of the input and of the output. */
export function sizesOf(linear: LinearLike): { inFeatures: number; outFeatures: number } {
  if ('inFeatures' in linear) return linear;
  const [outFeatures, inFeatures] = linear.weight.shape as [number, number];
  return { inFeatures, outFeatures };
}

/** Every linear below `model` by its path. */
export function linearsOf(model: Module): Map<string, LinearLike> {
  const found = new Map<string, LinearLike>();
  const collect = (path: string, child: Module) => {
    if (isLinear(child)) found.set(path, child);
    return false;
  };
  replaceModules(model, collect, (child) => child);
  return found;
}
