import { hostStateDict } from '@ashlar/nn';
import { Gpt2, gpt2Presets } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Job } from '../job.js';
import { Gpt } from '../tfjs/gpt.js';
import { stock } from '../tfjs/products.js';
import { stockStep } from '../tfjs/training-step.js';
import { trainingStep } from '../training-step.js';

const config = { ...gpt2Presets['nanogpt-cpu'], activation: 'gelu_new' } as const;
const optimizer: Job['optimizer'] = { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.1, maxGradNorm: 1 };
const batchSize = 12;
const learningRate = 1e-3;
const seed = 7;

/** The same tokens for every step. */
function batch(): Batch {
  const ids = Array.from(
    { length: batchSize * config.contextLength + 1 },
    (_, i) => (i * i + 3 * i) % config.vocabSize,
  );
  return { inputIds: Int32Array.from(ids.slice(0, -1)), targets: Int32Array.from(ids.slice(1)) };
}

/** Resolves to the mean loss in nats before the step. */
export type Step = () => Promise<number>;

/** A training step of nanoGPT's CPU shape: 4 layers, 4 heads, hidden 128, context 64, batch 12, 65 tokens. */
export function ashlarStep(): { step: Step; dispose(): void } {
  const model = new Gpt2(config, { seed });
  const training = trainingStep(model, batchSize, optimizer);
  return {
    step: () => training.step(batch(), learningRate),
    dispose: () => (training.dispose(), model.dispose()),
  };
}

/** The same in stock operations, from the same weights. */
export async function tfjsStep(): Promise<{ step: Step; dispose(): void }> {
  const model = new Gpt2(config, { seed });
  const state = await hostStateDict(model);
  model.dispose();
  const weights = new Map([...state].map(([path, { data, shape }]) => [path, tf.tidy(() => tf.variable(tf.tensor(data as Float32Array, [...shape])))])); // prettier-ignore
  const gpt = new Gpt(config, weights, stock);
  const step = stockStep(gpt, batchSize, optimizer);
  return { step: () => step(batch(), learningRate), dispose: () => tf.disposeVariables() };
}
