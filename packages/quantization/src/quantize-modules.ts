import type { Module } from '@ashlar/nn';
import type { Matrix } from './int8.js';
import { linearsOf, replaceLinears } from './linears.js';
import type { QuantizationScheme, QuantizedWeight } from './scheme.js';
import { storeWeight } from './store-weight.js';

export type QuantizeModulesOptions = QuantizationScheme & {
  /**
   * Which linear layers, by state-dict path (`h.0.attn.c_attn`).
   * A tied head is quantized with `() => true`: the token embedding it was tied to stays as it is.
   * @default all but an output head named `lm_head`, as QLoRA does
   */
  match?: (path: string) => boolean;
};

/**
 * Replaces linear layers of a model by quantized ones, and frees them.
 *
 * @returns the paths that were replaced
 * @throws RangeError when no linear layer matches; Error when the scheme is unknown or a weight is not finite. The model
 * is then unchanged.
 */
export async function quantizeModules(root: Module, options: QuantizeModulesOptions): Promise<string[]> {
  const { match = (path: string) => !/(^|\.)lm_head$/.test(path) } = options;
  const found = linearsOf(root);
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
  return replaceLinears(root, weights);
}

function quantizedWeight(path: string, matrix: Matrix, options: QuantizationScheme): QuantizedWeight {
  try {
    return storeWeight(matrix, options);
  } catch (error) {
    throw new Error(`quantizeModules: ${path}: ${(error as Error).message}`, { cause: error });
  }
}

const examples = (paths: string[]) => paths.slice(0, 3).join(', ') + (paths.length > 3 ? ', …' : '');
