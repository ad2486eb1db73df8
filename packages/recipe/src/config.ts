import type { JsonObject, JsonValue } from '@ashlar/checkpoint';
import type { Gpt2Config } from '@ashlar/transformer';
import { presets, type PresetName } from './presets.js';

/** How text becomes tokens. */
export interface TokenizerConfig {
  /** One token for each distinct character, for each byte, or learnt byte-pair encoding. */
  kind: 'characters' | 'bytes' | 'bpe';
  /** Tokens of a byte-pair encoding, 256 or more. The others need no number. */
  vocabSize: number | null;
}

/** The sizes of a GPT-2 model; the vocabulary is the tokenizer's. */
export interface ModelConfig extends Required<Omit<Gpt2Config, 'vocabSize' | 'intermediateSize'>> {
  /** Width of the MLP; null is four times `hiddenSize`. */
  intermediateSize: number | null;
}

/** How a model is trained. */
export interface TrainingConfig {
  /** Optimizer steps in all. */
  steps: number;
  /** Rows in each optimizer step. */
  batchSize: number;
  /** Parts that each batch is computed in, one after the other, to save memory. */
  accumulation: number;
  /** nanoGPT's schedule: a rise in `warmupSteps`, then half a cosine down to `minLearningRate` at the last step. */
  learningRate: number;
  minLearningRate: number;
  warmupSteps: number;
  /** AdamW; matrices and embeddings decay. */
  beta1: number;
  beta2: number;
  eps: number;
  weightDecay: number;
  /** Largest global norm of the gradient; null does not clip. */
  maxGradNorm: number | null;
  /** After how many steps the held-out text is evaluated, a sample is drawn and the exact state is saved. */
  evaluateEvery: number;
  /** Rows in each batch of an evaluation. */
  evaluationBatchSize: number;
}

/** What is shown of the model as it learns. */
export interface SamplesConfig {
  /** Each is continued at every evaluation; an empty one starts on a new line. */
  prompts: string[];
  /** 0 draws no samples. */
  maxNewTokens: number;
  temperature: number;
  topK: number | null;
}

/** Everything that shapes a pretrained model besides the text: plain JSON, saved with the run. */
export interface PretrainConfig {
  /** Of the initial weights, the batches, dropout and the samples. */
  seed: number;
  /** Part of the text, at its end, that is held out. */
  heldOut: number;
  tokenizer: TokenizerConfig;
  model: ModelConfig;
  training: TrainingConfig;
  samples: SamplesConfig;
}

/** Some of the settings, to be changed. */
export type PretrainChanges = { [Part in keyof PretrainConfig]?: Partial<PretrainConfig[Part]> };

/**
 * The settings of a preset with changes.
 *
 * @param changes plain JSON, for example read from a file
 * @throws RangeError of one sentence for an unknown preset or setting, or a value that does not fit
 */
export function pretrainConfig(preset: string, changes: PretrainChanges | JsonObject = {}): PretrainConfig {
  if (!Object.hasOwn(presets, preset))
    throw new RangeError(`no preset is called ${JSON.stringify(preset)}; there are ${Object.keys(presets).join(', ')}`);
  const base = presets[preset as PresetName].config as unknown as JsonObject;
  const config = merged(base, changes as JsonObject, '') as unknown as PretrainConfig;
  checkConfig(config);
  return config;
}

function merged(base: JsonObject, changes: JsonObject, path: string): JsonObject {
  const result = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (!Object.hasOwn(base, key))
      throw new RangeError(`config: ${at} is no setting; there are ${Object.keys(base).join(', ')}`);
    result[key] = mergedValue(base[key]!, value, at);
  }
  return result;
}

function mergedValue(base: JsonValue, value: JsonValue, at: string): JsonValue {
  const [expected, found] = [kindOf(base), kindOf(value)];
  if (expected === 'object' && found === 'object') return merged(base as JsonObject, value as JsonObject, at);
  const isNullable = ['tokenizer.vocabSize', 'model.intermediateSize', 'training.maxGradNorm', 'samples.topK'].includes(
    at,
  );
  if (isNullable ? found !== 'null' && found !== 'number' : found !== expected)
    throw new RangeError(
      `config: ${at} must be ${isNullable ? 'a number or null' : `of type ${expected}`}, found ${JSON.stringify(value)}`,
    );
  return value;
}

const kindOf = (value: JsonValue) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

/** @throws RangeError of one sentence for the first setting that cannot work */
function checkConfig({ seed, heldOut, tokenizer, model, training, samples }: PretrainConfig): void {
  const check = (fits: boolean, name: string, rule: string, value: unknown) => {
    if (!fits) throw new RangeError(`config: ${name} must be ${rule}, found ${JSON.stringify(value)}`);
  };
  const whole = (part: string, from: number, values: Record<string, number>) => {
    for (const [name, value] of Object.entries(values))
      check(Number.isSafeInteger(value) && value >= from, `${part}${name}`, `a whole number from ${from} on`, value);
  };
  const between = (name: string, value: number, low: number, high: number) =>
    check(value >= low && value < high, name, `from ${low} to below ${high}`, value);

  const { steps, batchSize, accumulation, warmupSteps, evaluateEvery, evaluationBatchSize } = training;
  whole('', 0, { seed });
  check(heldOut > 0 && heldOut < 1, 'heldOut', 'above 0 and below 1', heldOut);
  check(
    ['characters', 'bytes', 'bpe'].includes(tokenizer.kind),
    'tokenizer.kind',
    'characters, bytes or bpe',
    tokenizer.kind,
  );
  if (tokenizer.kind === 'bpe') whole('tokenizer.', 256, { vocabSize: tokenizer.vocabSize ?? 0 });
  const { contextLength, hiddenSize, numLayers, numHeads, intermediateSize } = model;
  whole('model.', 1, { contextLength, hiddenSize, numLayers, numHeads });
  if (intermediateSize !== null) whole('model.', 1, { intermediateSize });
  check(hiddenSize % numHeads === 0, 'model.hiddenSize', `a multiple of numHeads (${numHeads})`, hiddenSize);
  check(
    ['gelu', 'gelu_new', 'relu', 'silu'].includes(model.activation),
    'model.activation',
    'gelu, gelu_new, relu or silu',
    model.activation,
  );
  between('model.dropout', model.dropout, 0, 1);
  whole('training.', 1, { steps, batchSize, accumulation, evaluateEvery, evaluationBatchSize });
  whole('training.', 0, { warmupSteps });
  check(accumulation <= batchSize, 'training.accumulation', `at most batchSize (${batchSize})`, accumulation);
  for (const name of ['learningRate', 'minLearningRate', 'eps', 'weightDecay'] as const)
    between(`training.${name}`, training[name], 0, Infinity);
  for (const name of ['beta1', 'beta2'] as const) between(`training.${name}`, training[name], 0, 1);
  check(
    training.maxGradNorm === null || training.maxGradNorm > 0,
    'training.maxGradNorm',
    'above 0 or null',
    training.maxGradNorm,
  );
  whole('samples.', 0, { maxNewTokens: samples.maxNewTokens });
  check(
    samples.prompts.every((prompt) => typeof prompt === 'string'),
    'samples.prompts',
    'a list of texts',
    samples.prompts,
  );
  between('samples.temperature', samples.temperature, 0, Infinity);
  if (samples.topK !== null) whole('samples.', 1, { topK: samples.topK });
}
