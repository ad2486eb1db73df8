import { activations, type Activation } from './activation.js';

/** Sizes of a GPT-2 model: plain JSON, saved beside the weights. */
export interface Gpt2Config {
  vocabSize: number;
  /** Most tokens the model can look at (`n_positions`). */
  contextLength: number;
  hiddenSize: number;
  numLayers: number;
  numHeads: number;
  /** Width of the MLP. @default 4 * hiddenSize */
  intermediateSize?: number;
  /** @default 'gelu_new' */
  activation?: Activation;
  /** @default 1e-5 */
  layerNormEps?: number;
  /** Share dropped from embeddings, attention weights and residual branches while training. @default 0 */
  dropout?: number;
  /** Learned offsets in linear layers and norms; `false` is nanoGPT's variant. @default true */
  bias?: boolean;
  /** Standard deviation of the initial weights (`initializer_range`); narrow models learn sooner with more. @default 0.02 */
  initializerRange?: number;
}

/** Fills in the defaults and checks that the sizes fit together. */
export function completeGpt2Config(config: Gpt2Config): Required<Gpt2Config> {
  const complete: Required<Gpt2Config> = {
    vocabSize: config.vocabSize,
    contextLength: config.contextLength,
    hiddenSize: config.hiddenSize,
    numLayers: config.numLayers,
    numHeads: config.numHeads,
    intermediateSize: config.intermediateSize ?? 4 * config.hiddenSize,
    activation: config.activation ?? 'gelu_new',
    layerNormEps: config.layerNormEps ?? 1e-5,
    dropout: config.dropout ?? 0,
    bias: config.bias ?? true,
    initializerRange: config.initializerRange ?? 0.02,
  };
  for (const name of ['vocabSize', 'contextLength', 'hiddenSize', 'numLayers', 'numHeads', 'intermediateSize'] as const)
    if (!(Number.isInteger(complete[name]) && complete[name] > 0))
      throw new RangeError(`Gpt2Config: ${name} (${complete[name]}) must be a positive integer`);
  const { hiddenSize, numHeads, activation, initializerRange } = complete;
  if (!(initializerRange >= 0 && initializerRange < Infinity))
    throw new RangeError(`Gpt2Config: initializerRange (${initializerRange}) must be 0 or more`);
  if (hiddenSize % numHeads !== 0)
    throw new RangeError(`Gpt2Config: hiddenSize (${hiddenSize}) must be a multiple of numHeads (${numHeads})`);
  if (!Object.hasOwn(activations, activation))
    throw new RangeError(
      `Gpt2Config: unknown activation '${activation}', known are ${Object.keys(activations).join(', ')}`,
    );
  return complete;
}
