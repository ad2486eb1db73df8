import { replaceModules, stateDict, type Module } from '@ashlar/nn';
import type * as tf from '@tensorflow/tfjs-core';
import type { LinearLike } from './linear-like.js';
import { LoraLinear, type LoraState } from './lora-linear.js';

/** The adapters that a model carries. */
interface Adaptation {
  readonly model: Module;
  readonly layers: ReadonlyMap<string, LoraLinear>;
  readonly state: LoraState;
  /** Variables that trained before and do not while the model is adapted. */
  readonly frozen: readonly tf.Variable[];
  readonly settings: AdapterSettings;
}

/** What holds for all adapters of a model. */
interface AdapterSettings {
  dropout: number;
  useRslora: boolean;
}

/** The matrices of one adapter; the tensors are copied. */
export interface AdapterValues {
  a: tf.Tensor;
  b: tf.Tensor;
  alpha: number;
}

// not enumerable, so that the walk over fields does not enter it; shared by all copies of this package
const key = Symbol.for('@ashlar/lora.adaptation');
type Adapted = Module & { [key]?: Adaptation };

/** Wraps the linears at the paths of `values`, and freezes everything else. */
export function adapt(model: Module, values: ReadonlyMap<string, AdapterValues>, settings: AdapterSettings): void {
  const frozen = [...stateDict(model).values()].filter((variable) => variable.trainable);
  const state: LoraState = { disabled: 0, merged: false };
  const layers = new Map<string, LoraLinear>();
  replaceModules(
    model,
    (path) => values.has(path),
    (base, path) => {
      const layer = new LoraLinear(base as LinearLike, { ...values.get(path)!, ...settings, state });
      layers.set(path, layer);
      return layer;
    },
  );
  for (const variable of frozen) variable.trainable = false;
  const value: Adaptation = { model, layers, state, frozen, settings };
  Object.defineProperty(model, key, { value, configurable: true });
}

/** @throws Error when `model` carries no adapters; `who` asks */
export function adaptationOf(model: Module, who: string): Adaptation {
  const adaptation = (model as Adapted)[key];
  if (!adaptation) throw new Error(`${who}: this model carries no adapters; applyLora or applyPeft gives it some`);
  return adaptation;
}

/** @throws Error when `model` carries adapters already; `who` asks */
export function assertPlain(model: Module, who: string): void {
  const adaptation = (model as Adapted)[key];
  if (adaptation)
    throw new Error(`${who}: this model carries ${adaptation.layers.size} adapters already; removeLora takes them off`);
}

/**
 * Takes the adapters off and frees them; what trained before trains again. Merged adapters stay in the weights, so that
 * `mergeLora` and then `removeLora` gives a plain model that has learned; otherwise the base comes back bit for bit.
 *
 * @throws Error when the model carries no adapters
 */
export function removeLora(model: Module): void {
  const { model: root, layers, frozen } = adaptationOf(model, 'removeLora');
  replaceModules(
    root,
    (path, child) => layers.get(path) === child,
    (child) => (child as LoraLinear).base_layer,
  );
  for (const { lora_A, lora_B } of layers.values()) {
    lora_A.dispose();
    lora_B.dispose();
  }
  for (const variable of frozen) variable.trainable = true;
  delete (root as Adapted)[key];
}
