import { fromHost, toHost, type HostTensor, type Module } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { adapt, adaptationOf, assertPlain, type AdapterValues } from './adaptation.js';
import { linearsOf, sizesOf, type LinearLike } from './linear-like.js';
import { patternValue } from './pattern.js';
import { commonValue, readPeftConfig, targetNames } from './peft-config.js';
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

const ROOT = 'base_model.model.';

/**
 * The adapters of a model as the files that Python's `PeftModel.from_pretrained` opens.
 *
 * @throws Error when the model carries no adapters
 */
export async function toPeft(
  model: Module,
  { prefix = '', fanInFanOut = false, taskType = 'CAUSAL_LM', baseModel = null }: PeftOptions = {},
): Promise<PeftAdapter & { tensors: Map<string, HostTensor> }> {
  const { layers, settings, model: root } = adaptationOf(model, 'toPeft');
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
    modules_to_save: null,
    peft_type: 'LORA',
    r,
    rank_pattern: rankPattern,
    alpha_pattern: alphaPattern,
    revision: null,
    target_modules: targetNames(withPrefix(layers.keys()), withPrefix(all)),
    task_type: taskType,
    use_dora: false,
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
export function applyPeft(model: Module, { config, tensors }: PeftAdapter): string[] {
  assertPlain(model, 'applyPeft');
  const settings = readPeftConfig(config);
  const names = adaptedNames(tensors);
  const linears = linearsOf(model);
  const prefix = commonPrefix(names, linears);
  const paths = names.map((name) => name.slice(prefix.length));
  tf.tidy(() => {
    const values = new Map<string, AdapterValues>();
    for (const [i, name] of names.entries()) {
      const rank = patternValue(settings.rank_pattern, name, settings.r);
      const { inFeatures, outFeatures } = sizesOf(linears.get(paths[i]!)!);
      values.set(paths[i]!, {
        a: factor(tensors, `${ROOT}${name}.lora_A.weight`, [rank, inFeatures]),
        b: factor(tensors, `${ROOT}${name}.lora_B.weight`, [outFeatures, rank]),
        alpha: patternValue(settings.alpha_pattern, name, settings.lora_alpha),
      });
    }
    adapt(model, values, { dropout: settings.lora_dropout, useRslora: settings.use_rslora });
  });
  return paths;
}

/** The adapted modules' names in Python's model, sorted. */
function adaptedNames(tensors: ReadonlyMap<string, HostTensor>): string[] {
  const names = new Set<string>();
  for (const key of tensors.keys()) {
    const name = /^base_model\.model\.(.+)\.lora_[AB]\.weight$/.exec(key)?.[1];
    if (!name)
      throw new Error(
        `adapter_model.safetensors: ${key} is not supported, only lora_A.weight and lora_B.weight of linears are`,
      );
    names.add(name);
  }
  if (names.size === 0) throw new Error('adapter_model.safetensors holds no adapters');
  return [...names].sort();
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

function factor(tensors: ReadonlyMap<string, HostTensor>, name: string, shape: [number, number]): tf.Tensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`adapter_model.safetensors: ${name} is missing`);
  if (String(tensor.shape) !== String(shape))
    throw new Error(
      `applyPeft: ${name} is [${tensor.shape.join(', ')}], this model and adapter_config.json ask for [${shape.join(', ')}]`,
    );
  return fromHost(tensor);
}
