import {
  estimateMemory,
  microBatches,
  nextTokenObjective,
  type MemoryEstimate,
  type TokenBatch,
} from '@ashlar/trainer';
import { Gpt2, type Gpt2Config } from '@ashlar/transformer';
import { gpt2Config } from '../config/model-config.js';
import type { PretrainConfig } from '../config/pretrain-config.js';
import type { TrainingConfig } from '../config/training-config.js';
import { largest, memoryRoom, tooLarge } from './memory-limit.js';

/** What of a training's settings decides on its memory. */
export type MemorySettings = Pick<
  TrainingConfig,
  'batchSize' | 'accumulation' | 'evaluationBatchSize' | 'gradientCheckpointing'
> & { contextLength: number };

/** How much a training takes at most with some settings: in its steps, and with an evaluation among them. */
export type Memory = (settings: MemorySettings, withEvaluation: boolean) => Pick<MemoryEstimate, 'peak'>;

/** The first two parts of a batch: any more take no more memory than these. */
export function firstParts({ batchSize, accumulation }: Pick<MemorySettings, 'batchSize' | 'accumulation'>) {
  const micro = Math.min(2, accumulation);
  return { batchSize: micro * Math.ceil(batchSize / accumulation), micro };
}

/** Rows of tokens in the shape that a batch has. */
function tokenBatch(seqLength: number, { batchSize, micro = 1 }: { batchSize: number; micro?: number }): TokenBatch[] {
  const ids = new Int32Array(batchSize * seqLength);
  return microBatches({ inputIds: ids, targets: ids, batchSize, seqLength }, micro);
}

/**
 * How much memory the pretraining of a model takes on the current backend, in bytes and by what they are for. Nothing is
 * made or computed for it.
 *
 * @param withEvaluation whether a batch of an evaluation counts too
 */
export function pretrainingMemory(
  config: Gpt2Config,
  settings: Omit<MemorySettings, 'contextLength'>,
  withEvaluation = true,
): MemoryEstimate {
  const { evaluationBatchSize, gradientCheckpointing } = settings;
  const { contextLength } = config;
  return estimateMemory({
    model: () => new Gpt2(config, { gradientCheckpointing }),
    objective: nextTokenObjective,
    batches: tokenBatch(contextLength, firstParts(settings)),
    ...(withEvaluation && { evaluation: tokenBatch(contextLength, { batchSize: evaluationBatchSize })[0]! }),
  });
}

/** What a pretraining needs, and what is there for it. */
export interface MemoryNeeds {
  /** Bytes that it holds at most. */
  needs: number;
  /** Bytes that the current backend can still take; null where no limit is known. */
  room: number | null;
}

/** What `pretrain` will need with some settings and so many tokens, before it is begun. */
export function pretrainingNeeds({ model, training }: PretrainConfig, vocabSize: number): MemoryNeeds {
  return { needs: pretrainingMemory(gpt2Config(model, vocabSize), training).peak, room: memoryRoom() };
}

/**
 * Makes sure, before any work, that the current backend can hold a training.
 *
 * @param stage who asks, for the message
 * @param loaded as `memoryRoom` takes it
 * @throws RangeError of one sentence with what is needed, what there is, and settings that would fit
 */
export function checkMemory(stage: string, settings: MemorySettings, memory: Memory, loaded = 0): void {
  const room = memoryRoom(loaded);
  if (room === null) return;
  const fits = (changes: Partial<MemorySettings>, withEvaluation = false) =>
    memory({ ...settings, ...changes }, withEvaluation).peak <= room;
  const refuse = (what: string, withEvaluation: boolean, fitting: string[]) =>
    tooLarge(`${stage}: ${what}`, { peak: memory(settings, withEvaluation).peak, room, fitting, of: 'training' });
  if (!fits({})) throw refuse('a step', false, fittingSettings(settings, fits));
  if (fits({}, true)) return;
  const rows = largest(settings.evaluationBatchSize - 1, (evaluationBatchSize) => fits({ evaluationBatchSize }, true));
  throw refuse('an evaluation', true, rows > 0 ? [`evaluationBatchSize ${rows}`] : []);
}

/** @throws RangeError as `checkMemory`, for a pretraining */
export function checkPretrainingMemory({ model, training }: { model: Gpt2Config; training: TrainingConfig }): void {
  checkMemory('pretrain', { ...training, contextLength: model.contextLength }, (settings, withEvaluation) =>
    pretrainingMemory({ ...model, contextLength: settings.contextLength }, settings, withEvaluation),
  );
}

type Fits = (changes: Partial<MemorySettings>) => boolean;

/** Changes of settings, each enough by itself; a shorter context only where nothing else is. */
function fittingSettings(
  { batchSize, accumulation, gradientCheckpointing, contextLength }: MemorySettings,
  fits: Fits,
) {
  const rows = largest(batchSize - 1, (batchSize) =>
    fits({ batchSize, accumulation: Math.min(accumulation, batchSize) }),
  );
  const parts = batchSize + 1 - largest(batchSize - accumulation, (n) => fits({ accumulation: batchSize + 1 - n }));
  const found = [
    ...(rows > 0 ? [`batchSize ${rows}`] : []),
    ...(parts <= batchSize ? [`accumulation ${parts}`] : []),
    ...(!gradientCheckpointing && fits({ gradientCheckpointing: true }) ? ['gradientCheckpointing'] : []),
  ];
  if (found.length > 0) return found;
  const one = { batchSize: 1, accumulation: 1, gradientCheckpointing: true };
  const checkpointed = largest(batchSize, (batchSize) => fits({ ...one, batchSize }));
  if (checkpointed > 0) return [`gradientCheckpointing with batchSize ${checkpointed}`];
  const context = largest(contextLength - 1, (contextLength) => fits({ ...one, contextLength }));
  return context > 0 ? [`a context of ${context} with batchSize 1 and gradientCheckpointing`] : [];
}
