import type { HostTensor, Module } from '@ashlar/nn';
import { packBytes, packedBytes } from '@ashlar/ops';
import { linearsOf, quantizedLinearsOf, replaceLinears } from './linears.js';
import type { QuantizationScheme } from './scheme.js';
import { storeWeight } from './store-weight.js';

/** What a model folder holds: `config.json` and the named tensors of its weights. */
export interface ModelFolder {
  config: Record<string, unknown>;
  tensors: Map<string, HostTensor>;
}

/** A folder's contents in the form that models load. */
export interface LoadableFolder extends ModelFolder {
  /** Makes a fresh model one that `tensors` fit. */
  prepare: (model: Module) => void;
}

/** `quantization_config` of `config.json`: ours, under the key where transformers looks for the method. */
interface QuantizationConfig {
  quant_method: 'ashlar';
  weights: QuantizationScheme;
  /** State-dict paths of the quantized layers. */
  modules: string[];
}

const METHOD = 'ashlar';

/**
 * The contents of a folder that keeps the linear layers of `model` in few bits: what `gpt2ToHuggingFace` gives, with
 * `quantization_config` in the config (the scheme, and the layers by path) and codes as bytes, so that the file takes the
 * bits of the scheme. `fromQuantizedFolder` reads it; Python's transformers does not know this method.
 *
 * @param folder config and tensors of `model` as it is now, under the model's paths or with something before them
 * @throws Error when no layer of the model is quantized, or not all in the same way
 */
export function toQuantizedFolder(model: Module, { config, tensors }: ModelFolder): ModelFolder {
  const layers = quantizedLinearsOf(model);
  if (layers.size === 0) throw new Error('toQuantizedFolder: no layer of this model is quantized');
  const schemes = new Map([...layers.values()].map(({ weight: { scheme } }) => [JSON.stringify(scheme), scheme]));
  if (schemes.size > 1)
    throw new Error(
      `toQuantizedFolder: the layers are quantized in ${schemes.size} ways: ${[...schemes.keys()].join(' and ')}`,
    );
  const modules = [...layers.keys()].sort();
  const quantization_config: QuantizationConfig = { quant_method: METHOD, weights: [...schemes.values()][0]!, modules };
  const isCode = codesOf(modules);
  return {
    config: { ...config, quantization_config },
    tensors: new Map([...tensors].map(([name, tensor]) => [name, isCode(name, tensor) ? asBytes(tensor) : tensor])),
  };
}

/**
 * Reads the contents of a folder, quantized by `toQuantizedFolder` or not at all:
 * `gpt2FromHuggingFace(fromQuantizedFolder(await loadHuggingFace(store, folder)))`.
 *
 * @throws Error of one sentence for another method of quantization, or from `prepare` for layers the model lacks
 */
export function fromQuantizedFolder({ config, tensors }: ModelFolder): LoadableFolder {
  const settings = config['quantization_config'] as QuantizationConfig | null | undefined;
  if (!settings) return { config, tensors, prepare: () => undefined };
  const { weights: scheme, modules } = settings;
  const method: string = settings.quant_method;
  if (method !== METHOD)
    throw new Error(
      `config.json: weights quantized by ${JSON.stringify(method)} cannot be read, only those of "${METHOD}" and plain ones`,
    );
  const isCode = codesOf(modules);
  return {
    config,
    tensors: new Map([...tensors].map(([name, tensor]) => [name, isCode(name, tensor) ? asElements(tensor) : tensor])),
    prepare(model) {
      const found = linearsOf(model);
      const unknown = modules.find((path) => !found.has(path));
      if (unknown !== undefined)
        throw new Error(`config.json: quantization_config names ${unknown}, which is no linear layer of this model`);
      const empty = ({ shape }: { shape: number[] }) =>
        storeWeight({ data: new Float32Array(shape[0]! * shape[1]!), shape }, scheme);
      replaceLinears(model, new Map(modules.map((path) => [path, empty(found.get(path)!.weight)])));
    },
  };
}

/** Whether a tensor of the folder is packed bytes of one of these layers. */
const codesOf =
  (modules: readonly string[]) =>
  (name: string, { dtype }: HostTensor) => {
    const layer = /^(.+)\.weight\.\w+$/.exec(name)?.[1];
    return dtype === 'int32' && modules.some((path) => layer === path || layer?.endsWith(`.${path}`));
  };

/** In the file each byte is one. */
const asBytes = ({ data }: HostTensor): HostTensor => {
  const bytes = packedBytes(data as Int32Array);
  return { dtype: 'int32', shape: [bytes.length], data: bytes };
};

const asElements = ({ data }: HostTensor): HostTensor => {
  const elements = packBytes(data as Uint8Array);
  return { dtype: 'int32', shape: [elements.length], data: elements };
};
