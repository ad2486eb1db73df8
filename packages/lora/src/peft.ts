import { fromHost, toHost, type HostTensor, type Module } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { adapt, adaptationOf, assertPlain, type AdapterValues } from './adaptation.js';
import { linearsOf, sizesOf, type LinearLike } from './linear-like.js';
import { patternValue } from './pattern.js';
import { commonValue, readPeftConfig, targetNames } from './peft-config.js';
import { saveableVariables, selectModules } from './saved-modules.js';
import { describePaths } from './targets.js';
import { loraParameters } from './use.js';

/** What a PEFT folder holds: `adapter_config.json` and the tensors of `adapter_model.safetensors`. */
export interface PeftAdapter {
  config: Record<string, unknown>;
  tensors: ReadonlyMap<string, HostTensor>;
}

/** What Python needs to know of the base and a model here does not. */
export interface PeftOptions {
  /** What Python's paths have before ours: `transformer.` for GPT-2 with its head. @default '' */
  prefix?: string;
  /** Python's base stores its weights `[in, out]`: true for GPT-2. @default false */
  fanInFanOut?: boolean;
  /** @default 'CAUSAL_LM' */
  taskType?: string;
  /** Name or folder of the base model. @default null */
  baseModel?: string | null;
}

export interface ApplyPeftOptions {
  /** The base's name or folder; an adapter that names another one is refused. @default any base that it fits */
  baseModel?: string;
}

const ROOT = 'base_model.model.';

/**
 * The adapters of a model as the files that Python's `PeftModel.from_pretrained` opens.
 *
 * @throws Error when the model carries no adapters, or trains a module whole that Python stores otherwise
 */
export async function toPeft(
  model: Module,
  { prefix = '', fanInFanOut = false, taskType = 'CAUSAL_LM', baseModel = null }: PeftOptions = {},
): Promise<PeftAdapter & { tensors: Map<string, HostTensor> }> {
  const { layers, settings, saved, model: root } = adaptationOf(model, 'toPeft');
  const transposed = [...saved.variables.keys()].find((path) => fanInFanOut && /\bc_\w+\.weight$/.test(path));
  if (transposed)
    throw new Error(
      `toPeft: Python's GPT-2 keeps ${transposed} transposed, which modules to save are not; adapt it instead`,
    );
  const by = (value: 'rank' | 'alpha') => new Map([...layers].map(([path, layer]) => [prefix + path, layer[value]]));
  const [r, rankPattern] = commonValue(by('rank'));
  const [alpha, alphaPattern] = commonValue(by('alpha'));
  const all = [...linearsOf(root).keys()].map((path) => path.replace(/\.base_layer$/, ''));
  const withPrefix = (paths: Iterable<string>) => [...paths].map((path) => prefix + path);
  const config = {
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    bias: 'none',
    fan_in_fan_out: fanInFanOut,
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: alpha,
    lora_dropout: settings.dropout,
    modules_to_save: saved.modules.length > 0 ? saved.modules.map((path) => prefix + path) : null,
    peft_type: 'LORA',
    r,
    rank_pattern: rankPattern,
    alpha_pattern: alphaPattern,
    revision: null,
    target_modules: targetNames(withPrefix(layers.keys()), withPrefix(all)),
    task_type: taskType,
    use_dora: [...layers.values()].some(({ lora_magnitude_vector }) => lora_magnitude_vector !== null),
    use_rslora: settings.useRslora,
  };
  const named = [...loraParameters(model)].map(([path, tensor]) => [ROOT + prefix + path, tensor] as const);
  return { config, tensors: await toHost(new Map(named)) };
}

/**
 * Puts adapters that PEFT (or `toPeft`) wrote around the linears of `model`. Python's paths may have something before
 * ours (`transformer.`): it is found by itself. Which linears are adapted is read from the tensors' names.
 *
 * @returns the paths of the adapted linears
 * @throws Error of one sentence for an adapter of another base, a kind that is not supported, or a model that carries
 * adapters already; the model is then unchanged
 */
export function applyPeft(
  model: Module,
  { config, tensors }: PeftAdapter,
  { baseModel }: ApplyPeftOptions = {},
): string[] {
  assertPlain(model, 'applyPeft');
  const settings = readPeftConfig(config);
  const { base_model_name_or_path: madeFor, use_dora: useDora } = settings;
  if (baseModel !== undefined && madeFor !== null && madeFor !== baseModel)
    throw new Error(
      `applyPeft: the adapter belongs to another base: it was made for "${madeFor}", this is "${baseModel}"`,
    );
  const { adapted, others } = namesOf(tensors);
  const linears = linearsOf(model);
  const prefix = commonPrefix(adapted, linears);
  const paths = adapted.map((name) => name.slice(prefix.length));
  const withoutPrefix = (name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const modulesToSave = selectModules(model, settings.modules_to_save.map(withoutPrefix), paths, 'applyPeft');
  tf.tidy(() => {
    const whole = wholeValues(
      model,
      modulesToSave,
      new Map(others.map((name) => [withoutPrefix(name), tensors.get(ROOT + name)!])),
    );
    const values = new Map<string, AdapterValues>();
    for (const [i, name] of adapted.entries()) {
      const rank = patternValue(settings.rank_pattern, name, settings.r);
      const { inFeatures, outFeatures } = sizesOf(linears.get(paths[i]!)!);
      values.set(paths[i]!, {
        a: factor(tensors, `${ROOT}${name}.lora_A.weight`, [rank, inFeatures]),
        b: factor(tensors, `${ROOT}${name}.lora_B.weight`, [outFeatures, rank]),
        alpha: patternValue(settings.alpha_pattern, name, settings.lora_alpha),
        magnitude: useDora ? factor(tensors, `${ROOT}${name}.lora_magnitude_vector`, [outFeatures]) : null,
      });
    }
    adapt(model, values, { dropout: settings.lora_dropout, useRslora: settings.use_rslora, modulesToSave });
    for (const [variable, value] of whole) variable.assign(value);
  });
  return paths;
}

/** The names in Python's model, sorted: of modules with adapters, and of variables that were saved whole. */
function namesOf(tensors: ReadonlyMap<string, HostTensor>): { adapted: string[]; others: string[] } {
  const adapted = new Set<string>();
  const others: string[] = [];
  for (const key of tensors.keys()) {
    const name = key.startsWith(ROOT) ? key.slice(ROOT.length) : key;
    const module = /^(.+)\.lora_([AB]\.weight|magnitude_vector)$/.exec(name)?.[1];
    if (module) adapted.add(module);
    else if (key.startsWith(ROOT) && !name.includes('lora_')) others.push(name);
    else throw new Error(`adapter_model.safetensors: ${key} is not supported, only adapters of linears are`);
  }
  if (adapted.size === 0) throw new Error('adapter_model.safetensors holds no adapters');
  return { adapted: [...adapted].sort(), others };
}

/** What the variables of the modules that were trained whole are to hold. */
function wholeValues(
  model: Module,
  modules: readonly string[],
  given: ReadonlyMap<string, HostTensor>,
): Map<tf.Variable, tf.Tensor> {
  const own = saveableVariables(model, modules);
  const unknown = [...given.keys()].find((path) => !own.has(path));
  if (unknown !== undefined)
    throw new Error(
      `applyPeft: the adapter holds ${unknown}, which is not of this model's modules to save (${describePaths(modules)})`,
    );
  return new Map([...own].map(([path, variable]) => [variable, factor(given, path, variable.shape)]));
}

/** The shortest beginning without which every name is a path of the model. */
function commonPrefix(names: readonly string[], linears: ReadonlyMap<string, LinearLike>): string {
  const parts = names[0]!.split('.');
  for (let length = 0; length < parts.length; length++) {
    const prefix = parts
      .slice(0, length)
      .map((part) => `${part}.`)
      .join('');
    if (names.every((name) => name.startsWith(prefix) && linears.has(name.slice(prefix.length)))) return prefix;
  }
  throw new Error(
    `applyPeft: the adapter belongs to another base: it adapts ${describePaths(names)}, this model's linears are ${describePaths([...linears.keys()])}`,
  );
}

function factor(tensors: ReadonlyMap<string, HostTensor>, name: string, shape: readonly number[]): tf.Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`adapter_model.safetensors: ${name} is missing`);
  if (String(tensor.shape) !== String(shape))
    throw new Error(
      `applyPeft: ${name} is [${tensor.shape.join(', ')}], this model and adapter_config.json ask for [${shape.join(', ')}]`,
    );
  return fromHost(tensor);
}
