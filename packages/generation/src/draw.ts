import { RandomStream, sampleTokens, tokenLogProbs } from '@ashlar/ops';
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
    const onDevice = logits.size >= worthAKernel && tf.getKernel('AshlarSample', tf.getBackend());
    const token = onDevice
      ? await drawOnDevice(logits, (rows) => sampleTokens(rows, { ...options, streams, index }))
      : await drawOnHost(logits, (values) => sample(values, index));
    if (!Number.isFinite(token.logProb))
      throw new Error('generate: the model gives no probabilities, its logits are NaN or infinite');
    return token;
  };
}

async function drawOnDevice(logits: tf.Tensor, sample: (rows: tf.Tensor) => tf.Tensor): Promise<GeneratedToken> {
  const [ids, logProbs] = tf.tidy(() => {
    const rows = tf.reshape(logits, [1, logits.size]);
    const drawn = sample(rows);
    return [drawn, tokenLogProbs(rows, drawn, { ignoreIndex: -1 })] as const;
  });
  try {
    const [[id], [logProb]] = [await ids.data(), await logProbs.data()] as [Int32Array, Float32Array];
    return { id: id!, logProb: id! < 0 ? NaN : logProb! };
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
