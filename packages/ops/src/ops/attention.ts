import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import type { AttentionAttrs } from '../contract/kernels.js';
import type { DropoutRng } from '../random/dropout-rng.js';
import { checkMasks, maskNames, masksOf } from './attention-masks.js';
import {
  attentionShape,
  maskedSoftmax,
  mergeHeads,
  scores,
  softmaxGradient,
  splitHeads,
  visibility,
  weightsFrom,
  type AttentionShape,
} from './attention-scores.js';
import { diagonalSums } from './diagonals.js';
import { dropoutMask } from './dropout-mask.js';
import { check, checkInput, describe, sameShape } from './shapes.js';

/** Weights `[batch, numHeads, seq, keySeq]` as the left operand of products with split values. */
const grouped = (weights: tf.Tensor, { batch, numKvHeads, keySeq }: AttentionShape) =>
  tf.reshape(weights, [batch, numKvHeads, -1, keySeq]);

const run = /* @__PURE__ */ defineOp<'AshlarAttention'>({
  name: 'AshlarAttention',
  outputs: ['y', 'logSumExp'],
  reference({ q, k, v, rng, ...masks }, { residuals, dropoutRate, ...attrs }) {
    const shape = attentionShape(q, k, attrs);
    const s = scores(splitHeads(q, shape), splitHeads(k, shape), masks.distanceBias, attrs.scale, shape);
    const { weights, logSumExp } = maskedSoftmax(s, visibility(masks, attrs, shape));
    const kept = rng ? tf.mul(weights, dropoutMask(weights.shape, dropoutRate, rng)) : weights;
    const y = mergeHeads(tf.matMul(grouped(kept, shape), splitHeads(v, shape)), shape.seq, shape);
    return residuals ? [y, logSumExp] : [y];
  },
  gradient: {
    wanted: ['q', 'k', 'v', 'distanceBias'],
    saves: ['q', 'k', 'v', 'rng', ...maskNames, 'y', 'logSumExp'],
    reference({ dy, q, k, v, logSumExp, rng, ...masks }, { dropoutRate, wanted, ...attrs }) {
      const shape = attentionShape(q, k, attrs);
      const [qs, ks, vs, dys] = [q, k, v, dy].map((x) => splitHeads(x, shape)) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const weights = weightsFrom(
        scores(qs, ks, masks.distanceBias, attrs.scale, shape),
        logSumExp,
        visibility(masks, attrs, shape),
      );
      const mask = rng && dropoutMask(weights.shape, dropoutRate, rng);
      const dKept = tf.reshape(tf.matMul(dys, vs, false, true), weights.shape);
      const dScores = softmaxGradient(mask ? tf.mul(dKept, mask) : dKept, weights);
      const ds = tf.mul(dScores, attrs.scale);
      const gradients = {
        q: () => mergeHeads(tf.matMul(grouped(ds, shape), ks), shape.seq, shape),
        k: () => mergeHeads(tf.matMul(grouped(ds, shape), qs, true), shape.keySeq, shape),
        v: () => {
          const kept = mask ? tf.mul(weights, mask) : weights;
          return mergeHeads(tf.matMul(grouped(kept, shape), dys, true), shape.keySeq, shape);
        },
        distanceBias: () => diagonalSums(tf.sum(dScores, 0)),
      };
      return wanted.map((name) => gradients[name]());
    },
  },
});

const runWeights = /* @__PURE__ */ defineOp<'AshlarAttentionWeights'>({
  name: 'AshlarAttentionWeights',
  outputs: ['y'],
  reference({ q, k, ...masks }, attrs) {
    const shape = attentionShape(q, k, attrs);
    const s = scores(splitHeads(q, shape), splitHeads(k, shape), masks.distanceBias, attrs.scale, shape);
    return [maskedSoftmax(s, visibility(masks, attrs, shape)).weights];
  },
  gradient: {
    wanted: ['q', 'k', 'distanceBias'],
    saves: ['q', 'k', 'y'],
    reference({ dy, q, k, y }, { wanted, ...attrs }) {
      const shape = attentionShape(q, k, attrs);
      const dScores = softmaxGradient(dy, y);
      const ds = grouped(tf.mul(dScores, attrs.scale), shape);
      const gradients = {
        q: () => mergeHeads(tf.matMul(ds, splitHeads(k, shape)), shape.seq, shape),
        k: () => mergeHeads(tf.matMul(ds, splitHeads(q, shape), true), shape.keySeq, shape),
        distanceBias: () => diagonalSums(tf.sum(dScores, 0)),
      };
      return wanted.map((name) => gradients[name]());
    },
  },
});

export interface AttentionWeightsOptions {
  numHeads: number;
  /** Grouped-query attention: query head h reads key head floor(h / (numHeads / numKvHeads)). @default numHeads */
  numKvHeads?: number;
  /** Query i, which stands at p = queryOffset + i of the key axis, sees no key behind p. @default true */
  causal?: boolean;
  /**
   * Sliding window (Mistral, arXiv 2310.06825): a query sees itself and the window - 1 keys before it; as many behind
   * it too unless causal. null sees any distance. @default null
   */
  window?: number | null;
  /** Factor of the scores. @default 1 / sqrt(headDim) */
  scale?: number;
  /** int32 `[batch, keySeq]`, 1 for keys that may be seen. */
  keyMask?: tf.Tensor;
  /** int32 scalar: position of query 0 on the key axis. @default keySeq - seq */
  queryOffset?: tf.Tensor;
  /**
   * int32 `[batch, seq]` for self-attention (seq = keySeq, no queryOffset): key j is visible to query i only where their
   * numbers are equal, as in rows that pack several texts. At most 2^24 in size: webgl keeps integers as floats.
   */
  segments?: tf.Tensor;
  /**
   * int32 `[batch]`: every query of row b sees the first prefixLengths[b] keys, also those that causal and window forbid, as
   * in a prefix language model (Raffel et al. 2020, arXiv 1910.10683). keyMask and segments still hide.
   */
  prefixLengths?: tf.Tensor;
  /**
   * `[numHeads, seq + keySeq - 1]`: element (h, j - i + seq - 1) is added to the scaled score of query i and key j, as by
   * `alibiBias` and `relativePositionBias`. It has a gradient. -1e15 and below, -Infinity too, hides the key.
   */
  distanceBias?: tf.Tensor;
}

export interface AttentionOptions extends AttentionWeightsOptions {
  /** Drops attention weights while training. */
  dropout?: { rate: number; rng: DropoutRng };
}

/**
 * Scaled dot-product attention (Vaswani et al. 2017, arXiv 1706.03762), grouped-query when `numKvHeads` says so
 * (Ainslie et al. 2023, arXiv 2305.13245). Heads stay packed in the last axis, as the projections produce them. A query
 * that sees no key gets zeros.
 *
 * @param q `[batch, seq, numHeads * headDim]`
 * @param k `[batch, keySeq, numKvHeads * headDim]`
 * @param v as `k`
 * @returns `[batch, seq, numHeads * headDim]`
 * @throws RangeError when the shapes do not fit
 */
export function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, options: AttentionOptions): tf.Tensor {
  const { dropout } = options;
  const { attrs, masks } = prepare('attention', q, k, options);
  check(sameShape(v.shape, k.shape), () => `attention: ${describe('v', v)} must have the shape of ${describe('k', k)}`);
  check(
    !dropout || (dropout.rate >= 0 && dropout.rate < 1),
    () => `attention: the dropout rate (${dropout!.rate}) must be in [0, 1)`,
  );
  if (!dropout) return run({ q, k, v, ...masks }, { ...attrs, dropoutRate: 0 })[0]!;
  return tf.tidy(
    () => run({ q, k, v, ...masks, rng: dropout.rng.next() }, { ...attrs, dropoutRate: dropout.rate })[0]!,
  );
}

/**
 * The weights that `attention` gives each key, before dropout, for looking inside.
 *
 * @param q `[batch, seq, numHeads * headDim]`
 * @param k `[batch, keySeq, numKvHeads * headDim]`
 * @returns `[batch, numHeads, seq, keySeq]`: rows sum to 1, or are zeros for a query that sees no key
 * @throws RangeError when the shapes do not fit
 */
export function attentionWeights(q: tf.Tensor, k: tf.Tensor, options: AttentionWeightsOptions): tf.Tensor {
  const { attrs, masks } = prepare('attentionWeights', q, k, options);
  return runWeights({ q, k, ...masks }, attrs)[0]!;
}

/** A window as wide as any row: an integer on webgl has 24 bits. */
const widestWindow = 2 ** 24;

/** The attributes of a call with its defaults filled in. */
export function attentionAttrs(op: string, options: AttentionWeightsOptions, headDim: number): AttentionAttrs {
  const { numHeads, numKvHeads = numHeads, causal = true, window = null, scale = 1 / Math.sqrt(headDim) } = options;
  check(
    window === null || (Number.isInteger(window) && window > 0),
    () => `${op}: the window (${window}) must be a whole number of keys, 1 or more, or null for no limit`,
  );
  return { numHeads, numKvHeads, causal, window: window === null ? null : Math.min(window, widestWindow), scale };
}

/** Checks the call and fills in its defaults. */
function prepare(op: string, q: tf.Tensor, k: tf.Tensor, options: AttentionWeightsOptions) {
  const { numHeads, numKvHeads = numHeads } = options;
  checkInput(op, 'q', q, 'float32', 3);
  checkInput(op, 'k', k, 'float32', 3);
  const headDim = q.shape[2]! / numHeads;
  check(
    Number.isInteger(headDim) && Number.isInteger(numHeads / numKvHeads),
    () =>
      `${op}: numHeads (${numHeads}) must divide the width of ${describe('q', q)} and be a multiple of numKvHeads (${numKvHeads})`,
  );
  check(
    k.shape[0] === q.shape[0] && k.shape[2] === numKvHeads * headDim,
    () =>
      `${op}: ${describe('k', k)} must be [${q.shape[0]}, keySeq, ${numKvHeads * headDim}] to fit ${describe('q', q)} with ${numKvHeads} key heads of ${headDim}`,
  );
  const attrs = attentionAttrs(op, options, headDim);
  checkMasks(op, { q }, { k }, numHeads, options);
  return { attrs, masks: masksOf(options, attrs.causal || attrs.window !== null) };
}
