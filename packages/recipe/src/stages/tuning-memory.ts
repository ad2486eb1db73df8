import { estimateMemory, supervisedMicroBatches, supervisedObjective, type MemoryEstimate } from '@ashlar/trainer';
import type { Gpt2 } from '@ashlar/transformer';
import type { SftConfig } from '../config/sft-config.js';
import { checkMemory, firstParts, type MemorySettings } from './memory.js';

/** A fine-tuning whose memory is asked for. */
export interface TuningJob {
  stage: string;
  /** Makes a model of the same parts. */
  alike: () => Gpt2;
  config: SftConfig;
  /** Tokens of the widest row of a batch. */
  widest: number;
}

/** How much memory a fine-tuning takes on the current backend. Nothing is made or computed for it. */
export function tuningMemory(
  { alike, config: { packing } }: Pick<TuningJob, 'alike' | 'config'>,
  { contextLength, gradientCheckpointing, evaluationBatchSize, ...rows }: MemorySettings,
  withEvaluation = true,
): MemoryEstimate {
  const evaluation = () => batchOf(contextLength, { batchSize: evaluationBatchSize, packing: false })[0]!;
  return estimateMemory({
    model: () => Object.assign(alike(), { gradientCheckpointing }),
    objective: supervisedObjective,
    batches: batchOf(contextLength, { ...firstParts(rows), packing }),
    ...(withEvaluation && { evaluation: evaluation() }),
  });
}

/**
 * Makes sure that the current backend can hold a fine-tuning.
 *
 * @param loaded as `memoryRoom` takes it
 * @throws RangeError as `checkMemory`
 */
export function checkTuningMemory(job: TuningJob, loaded = 0): void {
  const settings = { ...job.config.training, contextLength: job.widest };
  checkMemory(job.stage, settings, (...changed) => tuningMemory(job, ...changed), loaded);
}

function batchOf(
  seqLength: number,
  { batchSize, micro = 1, packing }: { batchSize: number; micro?: number; packing: boolean },
) {
  const ids = new Int32Array(batchSize * seqLength);
  const arrays = { inputIds: ids, targets: ids, ...(packing && { positions: ids, segments: ids }) };
  return supervisedMicroBatches({ ...arrays, batchSize, seqLength }, micro);
}
