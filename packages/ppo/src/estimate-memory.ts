import { markInitialized, withoutInit, type LanguageModel, type Module } from '@ashlar/nn';
import { countTraining, type MemoryEstimate } from '@ashlar/trainer';
import * as tf from '@tensorflow/tfjs-core';
import type { PpoOptions, ValueModel } from './options.js';
import { arrange } from './responses.js';
import { trainable } from './trainable.js';
import { updateGradients } from './update.js';

/** The models of PPO, made anew; their values do not matter. */
export interface PpoModels {
  policy: LanguageModel;
  value: ValueModel;
  /** The reference, where it is a model of its own, and what else is held, such as a reward model. */
  frozen?: readonly Module[];
  /** Computes what the reward function does on the backend for `rows` responses with their prompts. @default nothing */
  judge?: (rows: number, tokens: number) => unknown;
}

export interface PpoMemoryJob extends Pick<PpoOptions, 'maxNewTokens' | 'temperature'> {
  models: () => PpoModels;
  /** Prompts of an iteration. */
  prompts: number;
  /** Tokens of the longest prompt. */
  promptTokens: number;
  /** Rows of an update. */
  minibatchSize: number;
}

/**
 * How much memory PPO takes at most on the current backend, before anything is made, as `estimateMemory` of
 * `@ashlar/trainer` says it of a training: the larger of sampling (all prompts at once, with their cache, and half of it
 * again at the moment when half of the responses have ended), judging, and an update.
 */
export function estimatePpoMemory({ models, ...job }: PpoMemoryJob): MemoryEstimate {
  return countTraining((phase) => {
    phase('parameters');
    const { policy, value, judge } = withoutInit(models);
    phase('optimizer');
    const { trained, optimizer } = trainable({ policy, value });
    trained.forEach(markInitialized);
    phase('step');
    sample(policy, job);
    if (judge) tf.tidy(() => void judge(job.prompts, job.promptTokens + job.maxNewTokens));
    const rows = Array.from({ length: job.minibatchSize }, (_, row) => row);
    // what the old policy, the reference and the value model say is computed in parts of the same size, without gradients
    const options = { policy, value, ...(job.temperature !== undefined && { temperature: job.temperature }) };
    const { gradients, scale } = updateGradients(minibatch(job), rows, { options, parameters: trained });
    phase('optimizer');
    optimizer.step(new Map(Object.entries(gradients)), { learningRate: 0, gradientScale: scale });
    return { trained, vocabSize: policy.config.vocabSize };
  });
}

type Sizes = Omit<PpoMemoryJob, 'models'>;

/** Forward passes that stand for the tokens of a long response: what they compute is little beside the cache. */
const PASSES = 32;

/** What `rollout` holds, with prompts of unequal length, where the rows end as late as they can. */
function sample(policy: LanguageModel, { prompts, promptTokens, maxNewTokens }: Sizes): void {
  const leftPadding = Array.from({ length: prompts }, (_, row) => Math.min(row, promptTokens - 1));
  const cache = policy.createCache(prompts, { leftPadding });
  const see = (tokens: number) =>
    tf.tidy(() => void policy.forward(tf.zeros([prompts, tokens], 'int32'), { logitsToKeep: 1, cache }));
  see(promptTokens);
  // the last token is never seen
  const step = Math.ceil(maxNewTokens / PASSES);
  for (let left = maxNewTokens - 1; left > 0; left -= step) see(Math.min(step, left));
  if (prompts > 1) cache.fork(Array.from({ length: Math.floor(prompts / 2) }, (_, row) => row)).dispose();
  cache.dispose();
}

/** What an update learns from, as long as it can be and of no content. */
function minibatch({ minibatchSize, promptTokens, maxNewTokens }: Sizes) {
  const rowsOf = (tokens: number) => new Array<number[]>(minibatchSize).fill(new Array<number>(tokens).fill(0));
  const responses = arrange(rowsOf(promptTokens), rowsOf(maxNewTokens), 0);
  const grid = new Float32Array(minibatchSize * maxNewTokens);
  const doubles = Float64Array.from(grid);
  return { responses, logProbs: grid, values: grid, advantages: doubles, returns: doubles };
}
