import { hostStateDict, loadStateDict, withoutInit, type HostTensor } from '@ashlar/nn';
import type { Activation } from './activation.js';
import type { Gpt2Config } from './gpt2-config.js';
import { Gpt2 } from './gpt2.js';

/** What a Hugging Face folder holds of a model: `config.json` and the named tensors of `model.safetensors`. */
export interface HuggingFaceModel {
  config: Record<string, unknown>;
  tensors: Map<string, HostTensor>;
}

/** OpenAI's code stores these weights `[in, out]` (`Conv1D`); here they lie `[out, in]`. */
const isConv1d = (path: string) => /\.(c_attn|c_proj|c_fc)\.weight$/.test(path);
const PREFIX = 'transformer.';
const HEAD = 'lm_head.';

/** A model as Python's `transformers` reads it (`GPT2LMHeadModel`). A model without biases is saved with zero ones. */
export async function gpt2ToHuggingFace(model: Gpt2): Promise<HuggingFaceModel> {
  const tensors = new Map<string, HostTensor>();
  for (const [path, tensor] of await hostStateDict(model)) {
    if (path.startsWith(HEAD)) {
      tensors.set(path, tensor);
      continue;
    }
    tensors.set(PREFIX + path, isConv1d(path) ? transposed(tensor) : tensor);
    if (!model.config.bias && /\.weight$/.test(path) && !/^w[tp]e\./.test(path))
      tensors.set(PREFIX + path.replace(/weight$/, 'bias'), zeroVector(tensor.shape[0]!));
  }
  const tied = !tensors.has(`${HEAD}weight`);
  return { config: { ...toHuggingFaceConfig(model.config), tie_word_embeddings: tied }, tensors };
}

/** A folder's contents for `gpt2FromHuggingFace`. */
export interface LoadableGpt2 extends HuggingFaceModel {
  /**
   * Changes the fresh model before the tensors are loaded: puts the quantized layers that they belong to into it.
   * @default nothing is changed
   */
  prepare?: (model: Gpt2) => void;
}

/**
 * Makes a model from the contents of a Hugging Face folder, with or without the `transformer.` prefix.
 *
 * @throws Error for another model type, a feature that is not supported, or tensors that do not fit the config
 */
export function gpt2FromHuggingFace({ config, tensors, prepare }: LoadableGpt2): Gpt2 {
  const ours = fromHuggingFaceConfig(config);
  const state = new Map<string, HostTensor>();
  for (const [name, tensor] of tensors) {
    const path = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
    // causal masks in old files, and a head that is the token embedding again
    if (/\.attn\.(masked_)?bias$/.test(path) || path === `${HEAD}weight`) continue;
    if (!ours.bias && path.endsWith('.bias')) continue;
    state.set(path, isConv1d(path) ? transposed(tensor) : tensor);
  }
  const model = withoutInit(() => new Gpt2(ours));
  try {
    prepare?.(model);
    loadStateDict(model, state);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}

function toHuggingFaceConfig(config: Required<Gpt2Config>): Record<string, unknown> {
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    activation_function: config.activation,
    attn_pdrop: config.dropout,
    bos_token_id: null,
    embd_pdrop: config.dropout,
    eos_token_id: null,
    resid_pdrop: config.dropout,
    initializer_range: config.initializerRange,
    layer_norm_epsilon: config.layerNormEps,
    n_ctx: config.contextLength,
    n_embd: config.hiddenSize,
    n_head: config.numHeads,
    n_inner: config.intermediateSize,
    n_layer: config.numLayers,
    n_positions: config.contextLength,
    tie_word_embeddings: true,
    torch_dtype: 'float32',
    vocab_size: config.vocabSize,
    // ours, ignored by Python: the model has no biases, the files hold zeros in their place
    ...(config.bias ? {} : { ashlar_bias: false }),
  };
}

function fromHuggingFaceConfig(config: Record<string, unknown>): Gpt2Config & { bias: boolean } {
  if (config.model_type !== 'gpt2')
    throw new Error(`config.json: model_type is ${JSON.stringify(config.model_type)}, expected "gpt2"`);
  for (const flag of ['scale_attn_by_inverse_layer_idx', 'add_cross_attention'])
    if (config[flag]) throw new Error(`config.json: ${flag} is not supported`);
  if (config.scale_attn_weights === false) throw new Error('config.json: unscaled attention is not supported');
  if (config.tie_word_embeddings === false) throw new Error('config.json: an untied output head is not supported');
  const size = (name: string, fallback?: number) => {
    const value = config[name] ?? fallback;
    if (typeof value !== 'number') throw new Error(`config.json: ${name} is missing`);
    return value;
  };
  const hiddenSize = size('n_embd');
  return {
    vocabSize: size('vocab_size'),
    contextLength: size('n_positions'),
    hiddenSize,
    numLayers: size('n_layer'),
    numHeads: size('n_head'),
    intermediateSize: size('n_inner', 4 * hiddenSize),
    activation: (config.activation_function ?? 'gelu_new') as Activation,
    layerNormEps: size('layer_norm_epsilon', 1e-5),
    initializerRange: size('initializer_range', 0.02),
    dropout: size('resid_pdrop', 0.1),
    bias: config.ashlar_bias !== false,
  };
}

const zeroVector = (size: number): HostTensor => ({ dtype: 'float32', shape: [size], data: new Float32Array(size) });

function transposed({ dtype, shape, data }: HostTensor): HostTensor {
  const [rows, columns] = shape as [number, number];
  const out = data.slice();
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[column * rows + row] = data[row * columns + column]!;
  return { dtype, shape: [columns, rows], data: out };
}
