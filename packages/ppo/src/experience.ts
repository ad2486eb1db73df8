import { rollout } from '@ashlar/generation';
import type { LanguageModel } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { generalizedAdvantages, whiten } from './advantages.js';
import { rowSums } from './grid.js';
import { judge } from './judge.js';
import type { PpoOptions, Reference, Sample } from './options.js';
import {
  arrange,
  responseLogProbs,
  responseValues,
  toTensors,
  type Responses,
  type ResponseTensors,
} from './responses.js';

/** A batch of responses, judged: what the updates of an iteration learn from. Grids are `[rows, columns]`. */
export interface Experience {
  responses: Responses;
  samples: Sample[];
  /** Of each sample, less the penalty for a missing end. */
  scores: number[];
  logProbs: Float32Array;
  values: Float32Array;
  advantages: Float64Array;
  returns: Float64Array;
  /** Of each sample: sum over its tokens of log policy minus log reference, in nats. */
  kl: number[];
  /** Of each sample: minus the sum of its log-probabilities. */
  entropy: number[];
}

/** Samples responses to the prompts of an iteration and judges them. */
export async function collect(options: PpoOptions, iteration: number, klCoefficient: number): Promise<Experience> {
  const { policy, value, eosTokenId, padTokenId, maxNewTokens, temperature = 0.7, seed = 0, reference } = options;
  const { missingEosPenalty = 1, whitenRewards = false, gamma = 1, lambda = 0.95 } = options;
  const prompts = options.prompts(iteration);
  const rolling = { maxNewTokens, temperature, eosTokenId, padTokenId, seed, step: iteration };
  const { responses: completions, ended } = await rollout(policy, prompts, rolling);
  const samples = prompts.map((prompt, i) => describe(prompt, completions[i]!, ended[i]!, options.decode));
  const judged = await judge(options.reward, samples, `iteration ${iteration + 1}`);
  const scores = judged.map((score, i) => (ended[i] ? score : score - missingEosPenalty));

  const responses = arrange(prompts, completions, padTokenId);
  const parts = minibatches(Array.from(prompts.keys()), minibatchSize(options, prompts.length));
  // the training forward, in parts of an update's size: the ratio of the first one is then exactly 1
  const logProbs = await overParts(responses, parts, (part) => responseLogProbs(policy, part, temperature).logProbs);
  const referenceLogProbs = await overParts(responses, parts, (part) =>
    asReference(reference, policy, (model) => responseLogProbs(model, part, temperature).logProbs),
  );
  const values = await overParts(responses, parts, (part) => responseValues(value, part));

  const logRatios = logProbs.map((logProb, i) => logProb - referenceLogProbs[i]!);
  const rewards = Float64Array.from(logRatios, (logRatio) => -klCoefficient * logRatio);
  scores.forEach((score, row) => (rewards[row * responses.columns + responses.lengths[row]! - 1]! += score));
  const whitened = whitenRewards ? whiten(rewards, responses, { shiftMean: false }) : rewards;
  const { advantages, returns } = generalizedAdvantages(whitened, values, responses, { gamma, lambda });
  return {
    responses,
    samples,
    scores,
    logProbs,
    values,
    advantages: whiten(advantages, responses),
    returns,
    kl: rowSums(logRatios, responses),
    entropy: rowSums(logProbs, responses).map((sum) => -sum),
  };
}

function describe(
  prompt: readonly number[],
  completion: readonly number[],
  ended: boolean,
  decode: PpoOptions['decode'],
): Sample {
  const texts = decode && { promptText: decode(prompt), completionText: decode(completion) };
  return { prompt, completion, ...texts, ended };
}

function asReference<T>(reference: Reference, policy: LanguageModel, f: (model: LanguageModel) => T): T {
  return typeof reference === 'function' ? reference(() => f(policy)) : f(reference);
}

/** @throws RangeError where the rows cannot be parted evenly */
export function minibatchSize({ minibatchSize: size }: PpoOptions, rows: number): number {
  const result = size ?? Math.max(1, Math.floor(rows / 4));
  if (!(Number.isInteger(result) && result >= 1 && rows % result === 0))
    throw new RangeError(`ppo: ${rows} prompts cannot be parted into minibatches of ${result}`);
  return result;
}

export const minibatches = (rows: readonly number[], size: number): number[][] =>
  Array.from({ length: rows.length / size }, (_, i) => rows.slice(i * size, (i + 1) * size));

async function overParts(
  responses: Responses,
  parts: readonly (readonly number[])[],
  compute: (part: ResponseTensors) => tf.Tensor,
): Promise<Float32Array> {
  const grid = new Float32Array(responses.rows * responses.columns);
  for (const rows of parts) {
    const result = tf.tidy(() => {
      const part = toTensors(responses, rows);
      return tf.mul(compute(part), part.mask);
    });
    grid.set((await result.data()) as Float32Array, rows[0]! * responses.columns);
    result.dispose();
  }
  return grid;
}
