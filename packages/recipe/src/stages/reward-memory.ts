import type { HostTensor } from '@ashlar/nn';
import { rewardObjective } from '@ashlar/reward-model';
import { estimateMemory, type MemoryEstimate } from '@ashlar/trainer';
import { Gpt2, Gpt2WithScore, type Gpt2Config } from '@ashlar/transformer';
import type { RewardConfig } from '../config/reward-config.js';
import { checkMemory, type MemorySettings } from './memory.js';

/** The training of a reward model whose memory is asked for. */
export interface RewardJob {
  model: Gpt2Config;
  config: RewardConfig;
  /** Tokens of the widest row of a batch. */
  widest: number;
}

/** How much memory the training of a reward model takes on the current backend. Nothing is made or computed for it. */
export function rewardMemory(
  { model, config: { centerCoefficient } }: Pick<RewardJob, 'model' | 'config'>,
  { batchSize, evaluationBatchSize, gradientCheckpointing, contextLength }: Omit<MemorySettings, 'accumulation'>,
  withEvaluation = true,
): MemoryEstimate {
  return estimateMemory({
    model: () => new Gpt2WithScore(new Gpt2(model, { gradientCheckpointing })),
    objective: rewardObjective({ centerCoefficient }),
    batches: [batchOf(batchSize, contextLength)],
    ...(withEvaluation && { evaluation: batchOf(evaluationBatchSize, contextLength) }),
  });
}

/**
 * Makes sure that the current backend can hold the training of a reward model.
 *
 * @param loaded as `memoryRoom` takes it
 * @throws RangeError as `checkMemory`
 */
export function checkRewardMemory(job: RewardJob, loaded = 0): void {
  const { training } = job.config;
  // pairs are not computed in parts
  const settings = { ...training, accumulation: training.batchSize, contextLength: job.widest };
  checkMemory('reward', settings, (...changed) => rewardMemory(job, ...changed), loaded);
}

const batchOf = (pairs: number, seq: number) => ({
  inputIds: zeros('int32', 2 * pairs, seq),
  lengths: zeros('int32', 2 * pairs),
  margins: zeros('float32', pairs),
});

const zeros = (dtype: 'int32' | 'float32', ...shape: number[]): HostTensor => ({
  dtype,
  shape,
  data: new (dtype === 'int32' ? Int32Array : Float32Array)(shape.reduce((size, axis) => size * axis, 1)),
});
