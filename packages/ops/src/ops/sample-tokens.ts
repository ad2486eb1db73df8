import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { uniformAt } from '../random/random-stream.js';
import type { RandomStream } from '../random/random-stream.js';
import { check, checkInput, describe } from './shapes.js';

/** 1 and 0 for true and false. */
const count = (x: tf.Tensor) => tf.cast(x, 'float32');

/** Probabilities, up to a factor, of the tokens that are not below the k-th largest. */
function withinTopK(weights: tf.Tensor, scaled: tf.Tensor, k: number): tf.Tensor {
  const least = tf.min(tf.topk(scaled, k).values, 1, true);
  return tf.mul(weights, count(tf.greaterEqual(scaled, least)));
}

/** The same of the smallest set of most likely tokens that together have probability p. */
function withinTopP(weights: tf.Tensor, p: number): tf.Tensor {
  const probabilities = tf.div(weights, tf.sum(weights, 1, true));
  const sorted = tf.topk(probabilities, weights.shape[1]!).values;
  const isKept = tf.less(tf.cumsum(sorted, 1, true), p);
  const least = tf.min(tf.where(isKept, sorted, 1), 1, true);
  // of those that are as likely as the last one the first are kept
  const above = tf.greater(probabilities, least);
  const equals = count(tf.equal(probabilities, least));
  const places = tf.sub(tf.sum(count(isKept), 1, true), tf.sum(count(above), 1, true));
  const first = tf.mul(equals, count(tf.less(tf.cumsum(equals, 1, true), places)));
  return tf.mul(weights, tf.add(count(above), first));
}

const run = /* @__PURE__ */ defineOp<'AshlarSample'>({
  name: 'AshlarSample',
  outputs: ['ids'],
  reference({ logits, positions }, { temperature, topK, topP }) {
    const [batch, vocab] = logits.shape as [number, number];
    const scaled = temperature > 0 ? tf.div(logits, temperature) : logits;
    const max = tf.max(scaled, 1, true);
    // where the largest is infinite the difference is no number
    const all = tf.where(tf.equal(scaled, max), 1, tf.exp(tf.sub(scaled, max)));
    const isValid = tf.logicalAnd(tf.greater(tf.sum(all, 1), 0), tf.greater(tf.reshape(max, [batch]), -3e38));
    const chosen = () => {
      if (temperature === 0) return tf.argMax(logits, 1);
      let weights = topK > 0 && topK < vocab ? withinTopK(all, scaled, topK) : all;
      if (topP < 1) weights = withinTopP(weights, topP);
      const cumulative = tf.cumsum(tf.div(weights, tf.sum(weights, 1, true)), 1);
      const drawn = tf.tensor2d(Float32Array.from(uniformAt(positions!.dataSync(), batch)), [batch, 1]);
      const passed = tf.sum(count(tf.lessEqual(cumulative, drawn)), 1);
      // rounded probabilities may end below the draw
      const last = tf.max(tf.mul(count(tf.greater(weights, 0)), tf.range(0, vocab)), 1);
      return tf.cast(tf.minimum(passed, last), 'int32');
    };
    return [tf.where(isValid, chosen(), tf.scalar(-1, 'int32'))];
  },
});

export interface SampleTokensOptions {
  /** Logits are divided by it; 0 takes the most likely token. @default 1 */
  temperature?: number;
  /** Only this many most likely tokens, and those that tie with the last of them. @default all */
  topK?: number;
  /** Only the most likely tokens that together have this probability (Holtzman et al. 2019, arXiv 1904.09751). @default 1 */
  topP?: number;
  /** One a row; not needed at temperature 0. */
  streams?: readonly RandomStream[];
  /** Which element of its stream draws the token of a row. @default 0 */
  index?: number;
}

/**
 * The next token of each row: temperature, top-k, top-p, then one draw, on the device, so that only ids leave it.
 *
 * The wasm kernel computes probabilities in float64; references in float32 draw the same tokens wherever a draw is not within
 * rounding of a boundary.
 *
 * @param logits `[batch, vocab]`; `-Infinity` rules a token out
 * @returns int32 `[batch]`; -1 for a row that holds NaN or nothing but `-Infinity`
 * @throws RangeError when an option is out of its range, or the number of streams is not batch
 */
export function sampleTokens(
  logits: tf.Tensor,
  { temperature = 1, topK = 0, topP = 1, streams = [], index = 0 }: SampleTokensOptions = {},
): tf.Tensor1D {
  checkInput('sampleTokens', 'logits', logits, 'float32', 2);
  check(logits.rank === 2, () => `sampleTokens: ${describe('logits', logits)} must be [batch, vocab]`);
  check(
    temperature >= 0 && temperature < Infinity,
    () => `sampleTokens: temperature (${temperature}) must be 0, for the most likely token, or more`,
  );
  check(Number.isInteger(topK) && topK >= 0, () => `sampleTokens: topK (${topK}) must be a positive integer`);
  check(topP > 0 && topP <= 1, () => `sampleTokens: topP (${topP}) must be in (0, 1]`);
  const batch = logits.shape[0]!;
  check(
    temperature === 0 || streams.length === batch,
    () => `sampleTokens: ${streams.length} streams for ${describe('logits', logits)}, there must be one a row`,
  );
  return tf.tidy(() => {
    const positions =
      temperature > 0
        ? tf.tensor2d(streams.flatMap((stream) => stream.position(index)), [batch, 10], 'int32')
        : undefined; // prettier-ignore
    return run({ logits, ...(positions && { positions }) }, { temperature, topK, topP })[0] as tf.Tensor1D;
  });
}
