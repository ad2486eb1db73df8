import { type Linear, type Module, replaceModules } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { Int4Weight } from './int4-weight.js';
import { Int8Weight } from './int8-weight.js';
import type { Matrix } from './int8.js';
import { Nf4Weight } from './nf4-weight.js';
import { QuantizedLinear } from './quantized-linear.js';
import type { QuantizationScheme, QuantizedWeight } from './scheme.js';

export type QuantizeModulesOptions = QuantizationScheme & {
  /**
   * Which linear layers, by state-dict path (`h.0.attn.c_attn`).
   * @default all but an output head named `lm_head`, as QLoRA does
   */
  match?: (path: string) => boolean;
};

/**
 * Replaces linear layers of a model by quantized ones, and frees them. To load a quantized state, do the same to a
 * fresh model (`withoutInit`) and call `loadStateDict`.
 *
 * @returns the paths that were replaced
 * @throws RangeError when no linear layer matches, or the scheme is unknown; Error when a weight is not finite. The
 * model is then unchanged.
 */
export async function quantizeModules(root: Module, options: QuantizeModulesOptions): Promise<string[]> {
  const { match = (path: string) => !/(^|\.)lm_head$/.test(path) } = options;
  const found = linearLayers(root);
  const chosen = [...found].filter(([path]) => match(path));
  if (chosen.length === 0)
    throw new RangeError(
      `quantizeModules: nothing matches; the model has ${found.size} linear layers${found.size > 0 ? `: ${examples([...found.keys()])}` : ''}`,
    );
  const weights = new Map<string, QuantizedWeight>();
  try {
    for (const [path, { weight }] of chosen)
      weights.set(
        path,
        quantizedWeight(path, { data: (await weight.data()) as Float32Array, shape: weight.shape }, options),
      );
  } catch (error) {
    for (const weight of weights.values()) weight.dispose();
    throw error;
  }
  return replaceModules(
    root,
    (path) => weights.has(path),
    (child, path) => replacement(child as Linear, weights.get(path)!),
  );
}

function quantizedWeight(path: string, matrix: Matrix, options: QuantizationScheme): QuantizedWeight {
  try {
    if (options.scheme === 'int8') return new Int8Weight(matrix);
    if (options.scheme === 'nf4') return new Nf4Weight(matrix, options);
    if (options.scheme === 'int4') return new Int4Weight(matrix, options);
  } catch (error) {
    throw new Error(`quantizeModules: ${path}: ${(error as Error).message}`, { cause: error });
  }
  throw new RangeError(
    `quantizeModules: there is no scheme '${String((options as { scheme: unknown }).scheme)}'; there are 'int8', 'nf4' and 'int4'`,
  );
}

/** The quantized layer; what is left of the old one is freed. */
function replacement(old: Linear, weight: QuantizedWeight): QuantizedLinear {
  const { bias } = old;
  const frozen = bias && tf.tidy(() => tf.variable(bias, false));
  old.dispose();
  return new QuantizedLinear(weight, frozen);
}

/** By path. Told by its fields, since two copies of `@ashlar/nn` may live in one realm. */
function linearLayers(root: Module): Map<string, Linear> {
  const found = new Map<string, Linear>();
  replaceModules(
    root,
    (path, child) => {
      if (isLinear(child)) found.set(path, child);
      return false;
    },
    (child) => child,
  );
  return found;
}

function isLinear(child: Module): child is Linear {
  const { weight, bias } = child as Partial<Linear>;
  return weight instanceof tf.Variable && weight.rank === 2 && (bias === null || bias instanceof tf.Variable);
}

const examples = (paths: string[]) => paths.slice(0, 3).join(', ') + (paths.length > 3 ? ', …' : '');
