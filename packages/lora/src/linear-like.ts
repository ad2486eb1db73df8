import { replaceModules, type Module, type UnaryModule } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';

/** A weight in few bits: it can be adapted, but nothing can be added to it. */
interface StoredWeight {
  /** `[out, in]` */
  readonly shape: readonly number[];
  /** In float32; the caller disposes of it. */
  dequantize(): tf.Tensor;
}

/**
 * What an adapter fits around: a module with a weight `[out, in]` and a bias (or null), as `Linear` of `@ashlar/nn`, or
 * `QuantizedLinear` of `@ashlar/quantization`, whose weight is dequantized where its values are needed.
 */
export interface LinearLike extends UnaryModule {
  weight: tf.Tensor | StoredWeight;
  bias: tf.Tensor | null;
}

function isLinear(module: Module): module is LinearLike {
  const { weight, bias, forward } = module as Partial<LinearLike>;
  if (typeof forward !== 'function' || !(bias === null || bias instanceof tf.Tensor)) return false;
  if (weight instanceof tf.Tensor) return weight.rank === 2;
  return typeof weight?.dequantize === 'function';
}

/** Width of the input and of the output. */
export function sizesOf({ weight: { shape } }: LinearLike): { inFeatures: number; outFeatures: number } {
  const [outFeatures, inFeatures] = shape as [number, number];
  return { inFeatures, outFeatures };
}

/** The weight in float32, `[out, in]`; call it inside `tf.tidy`. */
export const denseWeight = ({ weight }: LinearLike): tf.Tensor =>
  weight instanceof tf.Tensor ? weight : weight.dequantize();

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
