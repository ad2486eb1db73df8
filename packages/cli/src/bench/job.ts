import { RandomStream } from '@ashlar/ops';
import { gpt2Presets, type Gpt2Config } from '@ashlar/transformer';

/** What is timed: nanoGPT's shape for a CPU, on tokens that mean nothing. */
export const job = {
  model: gpt2Presets['nanogpt-cpu'] as Gpt2Config,
  batchSize: 12,
  learningRate: 1e-3,
  betas: [0.9, 0.99] as [number, number],
  eps: 1e-8,
  weightDecay: 0.1,
  maxGradNorm: 1,
};

/** Token ids `[batchSize, contextLength + 1]` of a step, the same in every process. */
export function jobTokens(step: number): number[] {
  const { vocabSize, contextLength } = job.model;
  const count = job.batchSize * (contextLength + 1);
  const stream = new RandomStream(step, 'bench/tokens');
  return Array.from({ length: count }, (_, i) => Math.floor(stream.uniform(i) * vocabSize));
}
