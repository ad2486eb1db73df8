import type { HostTensor } from '@ashlar/nn';
import { memoryLimit } from '@ashlar/ops';
import {
  estimateMemory,
  microBatches,
  nextTokenObjective,
  type MemoryEstimate,
  type TokenBatch,
} from '@ashlar/trainer';
import { Gpt2, type Gpt2Config } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.js';

/** What of a training's settings decides on its memory. */
export type MemorySettings = Pick<
  TrainingConfig,
  'batchSize' | 'accumulation' | 'evaluationBatchSize' | 'gradientCheckpointing'
> & { contextLength: number };

/** How much a training takes at most with some settings: in its steps, and with an evaluation among them. */
export type Memory = (settings: MemorySettings, withEvaluation: boolean) => Pick<MemoryEstimate, 'peak'>;

/** A tensor of zeros on the host. */
export const zeros = (dtype: 'int32' | 'float32', ...shape: number[]): HostTensor => ({
  dtype,
  shape,
  data: new (dtype === 'int32' ? Int32Array : Float32Array)(shape.reduce((size, axis) => size * axis, 1)),
});

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

/**
 * Makes sure, before any work, that the current backend can hold a training.
 *
 * @param stage who asks, for the message
 * @param loaded bytes that live already and are counted by `memory` too, such as a model's that is trained in place
 * @throws RangeError of one sentence with what is needed, what there is, and settings that would fit
 */
export function checkMemory(stage: string, settings: MemorySettings, memory: Memory, loaded = 0): void {
  const limit = memoryLimit();
  if (limit === null) return;
  const room = limit - (tf.memory().numBytes - loaded);
  const fits = (changes: Partial<MemorySettings>, withEvaluation = false) =>
    memory({ ...settings, ...changes }, withEvaluation).peak <= room;
  const refuse = (what: string, withEvaluation: boolean, fitting: string[]) => {
    const { peak } = memory(settings, withEvaluation);
    const hint = fitting.length > 0 ? `; what fits: ${fitting.join(', or ')}` : '; no setting of it fits';
    return new RangeError(
      `${stage}: ${what} takes ${gibibytes(peak)} GiB and ${tf.getBackend()} can hold ${gibibytes(room)} GiB${hint}`,
    );
  };
  if (!fits({})) throw refuse('a step', false, fittingSettings(settings, fits));
  if (fits({}, true)) return;
  const rows = largest(settings.evaluationBatchSize - 1, (evaluationBatchSize) => fits({ evaluationBatchSize }, true));
  throw refuse('an evaluation', true, rows > 0 ? [`evaluationBatchSize ${rows}`] : []);
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

/** The largest number from 1 to `most` that fits, where all below it do too; 0 for none. */
function largest(most: number, fits: (n: number) => boolean): number {
  let [good, bad] = [0, most + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

const gibibytes = (bytes: number) => (bytes / 2 ** 30).toFixed(2);
