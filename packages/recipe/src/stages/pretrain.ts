import type { FileStore, JsonObject } from '@ashlar/checkpoint';
import { splitText, TokenDataset } from '@ashlar/data';
import { parameters } from '@ashlar/nn';
import type { Tokenizer } from '@ashlar/tokenizer';
import {
  microBatches,
  nextTokenObjective,
  Run,
  train,
  type EvaluationPlan,
  type ExistingRun,
  type PauseSwitch,
  type TrainEvent,
} from '@ashlar/trainer';
import { Gpt2, gpt2ToHuggingFace, type Gpt2Config } from '@ashlar/transformer';
import { gpt2Config, type TokenizerConfig } from '../config/model-config.js';
import type { PretrainConfig } from '../config/pretrain-config.js';
import { encodeText } from '../models/encode-text.js';
import { predictedBytes, tokenBatches } from '../models/evaluate-model.js';
import { fingerprint } from '../models/fingerprint.js';
import { completeText } from '../models/generate-text.js';
import { checkPretrainingMemory } from './memory.js';
import { optimization } from './optimization.js';
import { trainTokenizer, type OnTokens, type TokenizerEvent } from './train-tokenizer.js';

export interface PretrainOptions {
  text: string;
  config: PretrainConfig;
  /** In place of the one that `config.tokenizer` describes. */
  tokenizer?: Tokenizer;
  /** Where the run is kept. @default nothing is kept */
  store?: FileStore;
  /** @default the store's root */
  folder?: string;
  /** What to do with a run that the folder holds. @default 'refuse' */
  existing?: ExistingRun;
  /** Ends training after the step it is at; its state is saved. */
  signal?: AbortSignal;
  pause?: PauseSwitch;
  onTokens?: OnTokens;
}

/** A continuation of a prompt of the config by the model as it is. */
export type Sample = { prompt: string; text: string };

export type PretrainEvent =
  | TokenizerEvent
  | TrainEvent
  /** The text is cut and encoded. */
  | { type: 'tokens'; training: number; heldOut: number; characters: number }
  /** The model is made. */
  | { type: 'model'; config: Gpt2Config; parameters: number }
  /** What the model writes after `step` steps. */
  | { type: 'sample'; step: number; samples: Sample[] };

/**
 * Pretrains a small GPT on a text: tokenizer, split, model, training with evaluations and samples, and in the run's folder
 * at the end a Hugging Face model. Everything is computed on the current backend.
 *
 * @throws Error of one sentence, before training, where text, config, tokenizer and folder do not go together
 */
export async function* pretrain(options: PretrainOptions): AsyncGenerator<PretrainEvent> {
  const { text, config, store, folder = '', existing = 'refuse' } = options;
  const { train: trainingText, heldOut: heldOutText } = splitText(text, config);
  const vocabSize = options.tokenizer?.vocabSize ?? expectedVocabSize({ text, tokenizer: config.tokenizer });
  checkPretrainingMemory({ model: gpt2Config(config.model, vocabSize), training: config.training });
  const run = store && (await Run.open(store, folder, { config: await runConfig(options), existing }));
  const tokenizer = yield* tokenizerOf(options, trainingText);
  const { contextLength } = config.model;
  const encode = (part: string) => Int32Array.from(encodeText(tokenizer, part));
  const data = new TokenDataset(encode(trainingText), { contextLength, name: 'the training text' });
  const heldOut = encode(heldOutText);
  if (heldOut.length < 2) throw new RangeError(`the held-out text has ${heldOut.length} tokens, too few: it needs two`);
  yield { type: 'tokens', training: data.length, heldOut: heldOut.length, characters: text.length };

  const { seed, training } = config;
  const { gradientCheckpointing } = training;
  using model = new Gpt2(gpt2Config(config.model, tokenizer.vocabSize), { seed, gradientCheckpointing });
  const trained = parameters(model);
  const plan = optimization(model, training);
  try {
    const count = [...trained.values()].reduce((sum, { size }) => sum + size, 0);
    yield { type: 'model', config: model.config, parameters: count };
    const evaluation: EvaluationPlan = {
      every: training.evaluateEvery,
      batches: () => tokenBatches(heldOut, contextLength, training.evaluationBatchSize),
      bytes: predictedBytes(tokenizer, heldOut, heldOutText),
      probe: async () => ({ samples: await drawSamples(model, tokenizer, config) }),
    };
    const events = train({
      model,
      objective: nextTokenObjective,
      ...plan,
      batches: (step) => microBatches(data.batch(step, training.batchSize, seed), training.accumulation),
      seed,
      evaluation,
      baseline: { loss: Math.log(tokenizer.vocabSize), label: `guessing among ${tokenizer.vocabSize} tokens` },
      exportModel: async () => ({ ...(await gpt2ToHuggingFace(model)), tokenizer: tokenizer.toJSON() }),
      ...(run && { run }),
      ...(options.signal && { signal: options.signal }),
      ...(options.pause && { pause: options.pause }),
    });
    for await (const event of events) {
      yield event;
      const samples = event.type === 'evaluation' ? (event.probe?.['samples'] as Sample[]) : [];
      if (samples.length > 0) yield { type: 'sample', step: (event as { step: number }).step, samples };
    }
  } finally {
    plan.optimizer.dispose();
  }
}

/** Tokens that there will be at most, before there is a tokenizer. */
export function expectedVocabSize({ text, tokenizer }: { text: string; tokenizer: TokenizerConfig }): number {
  const { kind, vocabSize } = tokenizer;
  return vocabSize ?? (kind === 'bytes' ? 256 : Math.max(1, new Set(text).size));
}

/** What a resumed run is compared by. */
async function runConfig({ text, config, tokenizer }: PretrainOptions): Promise<JsonObject> {
  const given = tokenizer && { kind: 'given', sha256: await fingerprint(JSON.stringify(tokenizer.toJSON())) };
  return {
    ...(config as unknown as JsonObject),
    ...(given && { tokenizer: given }),
    text: { characters: text.length, sha256: await fingerprint(text) },
  };
}

async function* tokenizerOf(
  { text, config, tokenizer, onTokens }: PretrainOptions,
  trainingText: string,
): AsyncGenerator<TokenizerEvent, Tokenizer> {
  if (tokenizer) return tokenizer;
  // characters that only the held-out text has must be in the vocabulary too; what is learnt is learnt from the rest
  const source = config.tokenizer.kind === 'characters' ? text : trainingText;
  const options = { text: source, config: config.tokenizer, ...(onTokens && { onTokens }) };
  for await (const event of trainTokenizer(options)) {
    yield event;
    if (event.type === 'tokenizer') return event.tokenizer;
  }
  throw new Error('trainTokenizer ended without a tokenizer');
}

async function drawSamples(model: Gpt2, tokenizer: Tokenizer, { seed, samples }: PretrainConfig): Promise<Sample[]> {
  const { prompts, maxNewTokens, temperature, topK } = samples;
  if (maxNewTokens === 0) return [];
  const drawn: Sample[] = [];
  for (const prompt of prompts) {
    const sampling = { maxNewTokens, temperature, seed, ...(topK !== null && { topK }) };
    drawn.push({ prompt, text: await completeText({ model, tokenizer, prompt, ...sampling }) });
  }
  return drawn;
}
