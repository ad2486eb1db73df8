import { replaceModules, stateDict, type Module } from '@ashlar/nn';
import type * as tf from '@tensorflow/tfjs-core';
import type { LinearLike } from './linear-like.js';
import { LoraLinear, type LoraState } from './lora-linear.js';
import { exchange, saveModules, type SavedModules } from './saved-modules.js';

/** The adapters that a model carries. */
interface Adaptation {
  readonly model: Module;
  readonly layers: ReadonlyMap<string, LoraLinear>;
  readonly state: LoraState;
  /** Variables that trained before and do not while the model is adapted. */
  readonly frozen: readonly tf.Variable[];
  readonly settings: AdapterSettings;
  /** Modules that train whole. */
  readonly saved: SavedModules;
}

/** What holds for all adapters of a model. */
interface AdapterSettings {
  dropout: number;
  useRslora: boolean;
  /** State-dict paths of modules that train whole. */
  modulesToSave: readonly string[];
}

/** The matrices of one adapter; the tensors are copied. */
export interface AdapterValues {
  a: tf.Tensor;
  b: tf.Tensor;
  alpha: number;
  /** DoRA's; null without */
  magnitude: tf.Tensor | null;
}

// not enumerable, so that the walk over fields does not enter it; shared by all copies of this package
const key = Symbol.for('@ashlar/lora.adaptation');
/** A field of the model while modules of it train whole, so that what they held before is freed with it. */
const originalsField = 'lora_originals';
type Adapted = Module & { [key]?: Adaptation; [originalsField]?: Module };

/** Wraps the linears at the paths of `values`, and freezes everything else but the modules to save. */
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
  const saved = saveModules(model, settings.modulesToSave);
  if (saved.variables.size > 0) (model as Adapted)[originalsField] = saved.originals;
  for (const variable of frozen) variable.trainable = false;
  for (const variable of saved.variables.values()) variable.trainable = true;
  const value: Adaptation = { model, layers, state, frozen, settings, saved };
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
  const { model: root, layers, frozen, saved, state } = adaptationOf(model, 'removeLora');
  if (!state.merged) exchange(saved);
  saved.originals.dispose();
  delete (root as Adapted)[originalsField];
  replaceModules(
    root,
    (path, child) => layers.get(path) === child,
    (child) => (child as LoraLinear).base_layer,
  );
  for (const { lora_A, lora_B, lora_magnitude_vector, mergedGain } of layers.values())
    for (const tensor of [lora_A.weight, lora_B.weight, lora_magnitude_vector, mergedGain]) tensor?.dispose();
  for (const variable of saved.variables.values()) variable.trainable = false;
  for (const variable of frozen) variable.trainable = true;
  delete (root as Adapted)[key];
}
