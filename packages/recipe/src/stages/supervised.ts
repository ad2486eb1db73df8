import type { HuggingFaceFolder, JsonObject } from '@ashlar/checkpoint';
import {
  encodeSupervised,
  SupervisedDataset,
  toMessages,
  type SupervisedExample,
  type SupervisedRow,
} from '@ashlar/data';
import { supervisedMicroBatches, supervisedObjective, train, type TrainEvent } from '@ashlar/trainer';
import type { Gpt2 } from '@ashlar/transformer';
import type { SftConfig } from '../config/sft-config.js';
import { answerAll } from '../models/answer.js';
import type { ChatModel, ChatReader } from '../models/chat-format.js';
import { rowsFingerprint, weightsFingerprint } from '../models/fingerprint.js';
import { bytesOf } from './memory-limit.js';
import { optimization } from './optimization.js';
import type { Sample } from './pretrain.js';
import { openRun, splitRows, toTraining, type StageOptions } from './stage.js';
import { checkTuningMemory } from './tuning-memory.js';

export interface SupervisedOptions extends StageOptions {
  /** Trained in place; stays the caller's. */
  chat: ChatModel;
  /** Prompts with completions, chats, or texts; prompts of text become chats of one question. */
  rows: readonly SupervisedRow[];
  /** @default the last rows, the part that the config says */
  heldOut?: readonly SupervisedRow[];
  /** Of the order of the rows and of dropout. @default 0 */
  seed?: number;
  /** Questions that are answered at every evaluation. @default none */
  prompts?: readonly string[];
}

export type SupervisedEvent =
  | TrainEvent
  /** The rows are encoded; `dropped` had nothing left to learn within the context. */
  | { type: 'rows'; training: number; heldOut: number; dropped: number; learnt: number; tokens: number }
  /** What the model answers after `step` steps. */
  | { type: 'sample'; step: number; samples: Sample[] };

const SAMPLE_TOKENS = 40;

interface Tuning {
  stage: string;
  /** Makes a model of the same parts, to see how much memory its training takes. */
  alike: () => Gpt2;
  exportModel?: () => Promise<HuggingFaceFolder>;
}

/**
 * Fine-tunes what is trainable of a model on rows: full or, where it carries adapters, those.
 *
 * @returns whether all steps are done
 */
export async function* fineTune(
  options: SupervisedOptions & { config: SftConfig },
  { stage, alike, exportModel }: Tuning,
): AsyncGenerator<SupervisedEvent, boolean> {
  const { chat, config, seed = 0, prompts = [] } = options;
  const rows = splitRows(options.rows, config.heldOut, options.heldOut);
  const data = supervisedData(chat, rows.training, { packing: config.packing, name: 'the rows' });
  const heldOut = supervisedData(chat, rows.heldOut, { packing: false, name: 'the held-out rows' });
  const widest = Math.max(data.dataset.widest, heldOut.dataset.widest);
  checkTuningMemory({ stage, alike, config, widest }, bytesOf(chat.model));
  const runConfig: JsonObject = {
    stage,
    ...(config as unknown as JsonObject),
    seed,
    prompts: [...prompts],
    base: await weightsFingerprint(chat.model),
    rows: await rowsFingerprint(rows.training),
    heldOutRows: await rowsFingerprint(rows.heldOut),
  };
  const run = await openRun(options, runConfig);
  const { numExamples: training } = data.dataset;
  yield {
    type: 'rows',
    training,
    heldOut: heldOut.dataset.numExamples,
    dropped: data.dataset.dropped + heldOut.dataset.dropped,
    learnt: data.learnt,
    tokens: data.tokens,
  };

  const { training: settings } = config;
  const plan = optimization(chat.model, settings);
  const { gradientCheckpointing } = chat.model;
  chat.model.gradientCheckpointing = settings.gradientCheckpointing;
  try {
    const events = train({
      model: chat.model,
      objective: supervisedObjective,
      ...plan,
      batches: (step) =>
        supervisedMicroBatches(data.dataset.batch(step, settings.batchSize, seed), settings.accumulation),
      seed,
      evaluation: {
        every: settings.evaluateEvery,
        batches: function* () {
          for (const batch of heldOut.dataset.evaluationBatches(settings.evaluationBatchSize))
            yield* supervisedMicroBatches(batch);
        },
        probe: async () => ({ samples: await sampled(chat, prompts) }),
      },
      ...(exportModel && { exportModel }),
      ...toTraining(options, run),
    });
    let isDone = false;
    for await (const event of events) {
      yield event;
      isDone = event.type === 'done';
      if (event.type !== 'evaluation') continue;
      const samples = event.probe?.['samples'] as Sample[];
      if (samples.length > 0) yield { type: 'sample', step: event.step, samples };
    }
    return isDone;
  } finally {
    chat.model.gradientCheckpointing = gradientCheckpointing;
    plan.optimizer.dispose();
  }
}

/** Rows as examples of at most the model's context. */
export function encodeRows({ model, tokenizer, chat }: ChatReader, rows: readonly SupervisedRow[]) {
  const settings = {
    tokenizer,
    eosTokenId: chat.eosTokenId,
    chatTemplate: chat.template,
    maxLength: model.config.contextLength,
  };
  return rows.map((row) => encodeSupervised('completion' in row ? toMessages(row) : row, settings));
}

/** Rows as batches, with how much there is to read and to learn. */
export function supervisedData(
  chat: ChatReader,
  rows: readonly SupervisedRow[],
  { packing, name }: { packing: boolean; name: string },
) {
  const examples = encodeRows(chat, rows);
  const kept = examples.filter((example): example is SupervisedExample => example !== null);
  return {
    dataset: new SupervisedDataset(examples, {
      contextLength: chat.model.config.contextLength,
      padTokenId: chat.chat.padTokenId,
      packing,
      name,
    }),
    tokens: kept.reduce((sum, { inputIds }) => sum + inputIds.length, 0),
    learnt: kept.reduce((sum, { labels }) => sum + labels.filter((label) => label >= 0).length, 0),
  };
}

async function sampled(chat: ChatModel, prompts: readonly string[]): Promise<Sample[]> {
  const answers = await answerAll(chat, prompts, { maxNewTokens: SAMPLE_TOKENS });
  return prompts.map((prompt, i) => ({ prompt, text: answers[i]!.text }));
}
