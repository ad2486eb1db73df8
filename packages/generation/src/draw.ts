import { RandomStream, sampleTokens, tokenLogProbs, type SampleTokensOptions } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { createSampler, type SamplingOptions } from './sampler.js';

export interface GeneratedToken {
  id: number;
  /** Natural logarithm of its probability under the model itself: temperature 1, no filter. */
  logProb: number;
}

/** Draws the `index`-th new token from logits of any shape with one row; throws where they are NaN or infinite. */
export type Draw = (logits: tf.Tensor, index: number) => Promise<GeneratedToken>;

/** Tokens from which on a kernel draws faster than JavaScript: a call of the engine costs what about 400 tokens do. */
const worthAKernel = 512;

/** Whether the backend has a kernel that draws, and enough tokens for it; how many rows are drawn changes nothing. */
export const drawsOnDevice = (vocabSize: number): boolean =>
  vocabSize >= worthAKernel && tf.getKernel('AshlarSample', tf.getBackend()) !== undefined;

/**
 * Draws on the device where the backend has a kernel for it and the vocabulary is not small, and then only the token is
 * read. Elsewhere logits are read: JavaScript has float64, which the reference in stock operations has not.
 *
 * @throws RangeError for options out of range
 */
export function createDraw(options: SamplingOptions): Draw {
  const sample = createSampler(options);
  const streams = [new RandomStream(options.seed ?? 0, 'generation')];
  return async (logits, index) => {
    const token = drawsOnDevice(logits.size)
      ? (await drawOnDevice(logits, { ...options, streams, index }))[0]!
      : await drawOnHost(logits, (values) => sample(values, index));
    if (!Number.isFinite(token.logProb))
      throw new Error('generate: the model gives no probabilities, its logits are NaN or infinite');
    return token;
  };
}

/**
 * Draws a token of each row, and reads nothing else.
 *
 * @param logits of any shape, one row for each stream
 * @param scoredAt the temperature that log-probabilities are of
 * @returns id -1 and NaN for a row that gives no probabilities
 */
export async function drawOnDevice(
  logits: tf.Tensor,
  sampling: SampleTokensOptions & { streams: readonly RandomStream[] },
  scoredAt = 1,
): Promise<GeneratedToken[]> {
  const [ids, logProbs] = tf.tidy(() => {
    const rows = tf.reshape(logits, [sampling.streams.length, -1]);
    const drawn = sampleTokens(rows, sampling);
    return [drawn, tokenLogProbs(rows, drawn, { ignoreIndex: -1, temperature: scoredAt })] as const;
  });
  try {
    const [found, scores] = [await ids.data(), await logProbs.data()] as [Int32Array, Float32Array];
    return Array.from(found, (id, row) => ({ id, logProb: id < 0 ? NaN : scores[row]! }));
  } finally {
    tf.dispose([ids, logProbs]);
  }
}

async function drawOnHost(logits: tf.Tensor, sample: (values: Float32Array) => number): Promise<GeneratedToken> {
  const values = (await logits.data()) as Float32Array;
  const total = logSumExp(values);
  if (!Number.isFinite(total)) return { id: -1, logProb: NaN };
  // a copy: the cpu backend hands out its own array
  const id = sample(values.slice());
  return { id, logProb: values[id]! - total };
}

function logSumExp(logits: Float32Array): number {
  const max = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return max + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - max), 0));
}
