import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import type { AttentionAttrs, AttentionMasks } from '../contract/kernels.js';
import type { DropoutRng } from '../random/dropout-rng.js';
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
import { check, checkInput, describe } from './shapes.js';
import { dropoutMask } from './dropout-mask.js';

/** Weights `[batch, numHeads, seq, keySeq]` as the left operand of products with split values. */
const grouped = (weights: tf.Tensor, { batch, numKvHeads, keySeq }: AttentionShape) =>
  tf.reshape(weights, [batch, numKvHeads, -1, keySeq]);

const run = /* @__PURE__ */ defineOp<'AshlarAttention'>({
  name: 'AshlarAttention',
  outputs: ['y', 'logSumExp'],
  reference({ q, k, v, rng, ...masks }, { residuals, dropoutRate, ...attrs }) {
    const shape = attentionShape(q, k, attrs);
    const s = scores(splitHeads(q, shape), splitHeads(k, shape), attrs.scale, shape);
    const { weights, logSumExp } = maskedSoftmax(s, visibility(masks, attrs.causal, shape));
    const kept = rng ? tf.mul(weights, dropoutMask(weights.shape, dropoutRate, rng)) : weights;
    const y = mergeHeads(tf.matMul(grouped(kept, shape), splitHeads(v, shape)), shape.seq, shape);
    return residuals ? [y, logSumExp] : [y];
  },
  gradient: {
    wanted: ['q', 'k', 'v'],
    saves: ['q', 'k', 'v', 'rng', 'keyMask', 'queryOffset', 'segments', 'y', 'logSumExp'],
    reference({ dy, q, k, v, logSumExp, rng, ...masks }, { dropoutRate, wanted, ...attrs }) {
      const shape = attentionShape(q, k, attrs);
      const [qs, ks, vs, dys] = [q, k, v, dy].map((x) => splitHeads(x, shape)) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const weights = weightsFrom(
        scores(qs, ks, attrs.scale, shape),
        logSumExp,
        visibility(masks, attrs.causal, shape),
      );
      const mask = rng && dropoutMask(weights.shape, dropoutRate, rng);
      const dKept = tf.reshape(tf.matMul(dys, vs, false, true), weights.shape);
      const ds = tf.mul(softmaxGradient(mask ? tf.mul(dKept, mask) : dKept, weights), attrs.scale);
      const gradients = {
        q: () => mergeHeads(tf.matMul(grouped(ds, shape), ks), shape.seq, shape),
        k: () => mergeHeads(tf.matMul(grouped(ds, shape), qs, true), shape.keySeq, shape),
        v: () => {
          const kept = mask ? tf.mul(weights, mask) : weights;
          return mergeHeads(tf.matMul(grouped(kept, shape), dys, true), shape.keySeq, shape);
        },
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
    const s = scores(splitHeads(q, shape), splitHeads(k, shape), attrs.scale, shape);
    return [maskedSoftmax(s, visibility(masks, attrs.causal, shape)).weights];
  },
  gradient: {
    wanted: ['q', 'k'],
    saves: ['q', 'k', 'y'],
    reference({ dy, q, k, y }, { wanted, ...attrs }) {
      const shape = attentionShape(q, k, attrs);
      const ds = grouped(tf.mul(softmaxGradient(dy, y), attrs.scale), shape);
      const gradients = {
        q: () => mergeHeads(tf.matMul(ds, splitHeads(k, shape)), shape.seq, shape),
        k: () => mergeHeads(tf.matMul(ds, splitHeads(q, shape), true), shape.keySeq, shape),
      };
      return wanted.map((name) => gradients[name]());
    },
  },
});

export interface AttentionWeightsOptions {
  numHeads: number;
  /** Grouped-query attention: query head h reads key head floor(h / (numHeads / numKvHeads)). @default numHeads */
  numKvHeads?: number;
  /** Key j is visible to query i iff j <= queryOffset + i. @default true */
  causal?: boolean;
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
  check(
    String(v.shape) === String(k.shape),
    () => `attention: ${describe('v', v)} must have the shape of ${describe('k', k)}`,
  );
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

/** Checks the call and fills in its defaults. */
function prepare(op: string, q: tf.Tensor, k: tf.Tensor, options: AttentionWeightsOptions) {
  const { numHeads, numKvHeads = numHeads, causal = true, keyMask, queryOffset, segments } = options;
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
  check(
    !keyMask || (keyMask.dtype === 'int32' && String(keyMask.shape) === String(k.shape.slice(0, 2))),
    () => `${op}: ${describe('keyMask', keyMask!)} must be int32 [${k.shape.slice(0, 2).join(', ')}]`,
  );
  check(
    !queryOffset || (queryOffset.dtype === 'int32' && queryOffset.size === 1),
    () => `${op}: ${describe('queryOffset', queryOffset!)} must be an int32 scalar`,
  );
  check(
    !segments || (segments.dtype === 'int32' && String(segments.shape) === String(q.shape.slice(0, 2))),
    () => `${op}: ${describe('segments', segments!)} must be int32 [${q.shape.slice(0, 2).join(', ')}]`,
  );
  check(
    !segments || (!queryOffset && k.shape[1] === q.shape[1]),
    () =>
      `${op}: segments are for self-attention over whole rows, not for ${q.shape[1]} queries on ${k.shape[1]} keys${queryOffset ? ' with a queryOffset' : ''}`,
  );
  const attrs: AttentionAttrs = { numHeads, numKvHeads, causal, scale: options.scale ?? 1 / Math.sqrt(headDim) };
  const masks: AttentionMasks = {
    ...(keyMask && { keyMask }),
    ...(segments && { segments }),
    ...(causal && queryOffset && { queryOffset }),
  };
  return { attrs, masks };
}
