import type { Job } from './job.js';

/** A model that is timed, and how many rows a batch of its training step has. */
export interface Shape {
  model: Job['model'];
  batchSize: number;
}

const characters = (
  batchSize: number,
  [numLayers, numHeads, hiddenSize, contextLength]: [number, number, number, number],
): Shape => ({ batchSize, model: { vocabSize: 65, contextLength, hiddenSize, numLayers, numHeads, bias: false } });

/** Every model of the benchmark by its name; `config-a` is nanoGPT's for a CPU. */
export const shapes = {
  nano: characters(8, [2, 2, 32, 16]),
  'config-a': characters(12, [4, 4, 128, 64]),
  'hidden-256': characters(8, [6, 8, 256, 128]),
  'hidden-384': characters(8, [6, 6, 384, 256]),
  'gpt2-small': {
    batchSize: 1,
    model: { vocabSize: 50_257, contextLength: 1024, hiddenSize: 768, numLayers: 12, numHeads: 12, bias: true },
  },
} satisfies Record<string, Shape>;

/** AdamW of every training step. */
export const trainingOptimizer: Job['optimizer'] = { betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0.1, maxGradNorm: 1 };
