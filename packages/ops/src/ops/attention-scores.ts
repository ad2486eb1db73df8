import * as tf from '@tensorflow/tfjs-core';
import type { AttentionAttrs, AttentionMasks } from '../contract/kernels.js';
import { alongDiagonals } from './diagonals.js';

/** Far below any score, and above the -1e20 with which tfjs's maximum begins on webgl. */
const hidden = -1e15;

/** The axes of one call, and how heads are laid out for batched products. */
export interface AttentionShape {
  batch: number;
  seq: number;
  keySeq: number;
  numHeads: number;
  numKvHeads: number;
  headDim: number;
}

export function attentionShape(q: tf.Tensor, k: tf.Tensor, { numHeads, numKvHeads }: AttentionAttrs): AttentionShape {
  const [batch, seq, width] = q.shape as [number, number, number];
  return { batch, seq, keySeq: k.shape[1]!, numHeads, numKvHeads, headDim: width / numHeads };
}

/**
 * `[batch, seq, heads * headDim]` to `[batch, numKvHeads, group * seq, headDim]`: query heads that share a key head lie
 * below each other, so that one batched product serves all of them.
 */
export function splitHeads(x: tf.Tensor, { batch, numKvHeads, headDim }: AttentionShape): tf.Tensor {
  const seq = x.shape[1]!;
  const heads = tf.transpose(tf.reshape(x, [batch, seq, -1, headDim]), [0, 2, 1, 3]); // [batch, head, seq, headDim]
  return tf.reshape(heads, [batch, numKvHeads, -1, headDim]);
}

/** The inverse of `splitHeads` for tensors of `seq` tokens. */
export function mergeHeads(x: tf.Tensor, seq: number, { batch, headDim }: AttentionShape): tf.Tensor {
  const heads = tf.reshape(x, [batch, -1, seq, headDim]); // [batch, head, seq, headDim]
  return tf.reshape(tf.transpose(heads, [0, 2, 1, 3]), [batch, seq, -1]);
}

/** Scaled scores `[batch, numHeads, seq, keySeq]` of split queries and keys, with the bias of their distance. */
export function scores(
  q: tf.Tensor,
  k: tf.Tensor,
  distanceBias: tf.Tensor | undefined,
  scale: number,
  shape: AttentionShape,
): tf.Tensor {
  const { batch, numHeads, seq, keySeq } = shape;
  const scaled = tf.reshape(tf.mul(tf.matMul(q, k, false, true), scale), [batch, numHeads, seq, keySeq]);
  if (!distanceBias) return scaled;
  const finite = tf.where(tf.less(distanceBias, hidden), hidden, distanceBias);
  return tf.add(scaled, alongDiagonals(finite, seq, keySeq));
}

/** bool, true where a query may see a key: `[batch or 1, 1, seq or 1, keySeq]`; undefined when all may see all. */
export function visibility(
  { keyMask, queryOffset, segments, prefixLengths }: AttentionMasks,
  { causal, window }: AttentionAttrs,
  { batch, seq, keySeq }: AttentionShape,
): tf.Tensor | undefined {
  const conditions: tf.Tensor[] = [];
  if (keyMask) conditions.push(tf.reshape(tf.notEqual(keyMask, tf.scalar(0, 'int32')), [batch, 1, 1, keySeq]));
  if (segments)
    conditions.push(tf.equal(tf.reshape(segments, [batch, 1, seq, 1]), tf.reshape(segments, [batch, 1, 1, keySeq])));
  if (causal || window !== null) {
    const keys = tf.reshape(tf.range(0, keySeq, 1, 'int32'), [1, 1, 1, keySeq]);
    const near = inReach(keys, positions(queryOffset, seq, keySeq), causal, window);
    const prefix = prefixLengths && tf.less(keys, tf.reshape(prefixLengths, [batch, 1, 1, 1]));
    conditions.push(prefix ? tf.logicalOr(near, prefix) : near);
  }
  return conditions.length > 0 ? conditions.reduce((all, condition) => tf.logicalAnd(all, condition)) : undefined;
}

/** int32 `[1, 1, seq, 1]`: where the queries stand on the key axis. */
function positions(queryOffset: tf.Tensor | undefined, seq: number, keySeq: number): tf.Tensor {
  const offset = queryOffset ?? tf.scalar(keySeq - seq, 'int32');
  return tf.reshape(tf.add(tf.range(0, seq, 1, 'int32'), tf.reshape(offset, [1])), [1, 1, seq, 1]);
}

/** bool `[1, 1, seq, keySeq]`: true where a key is neither behind a causal query nor out of its window. */
function inReach(keys: tf.Tensor, queries: tf.Tensor, causal: boolean, window: number | null): tf.Tensor {
  const notLater = causal ? tf.lessEqual(keys, queries) : undefined;
  if (window === null) return notLater!;
  const reach = tf.scalar(window, 'int32');
  const notEarlier = tf.greater(keys, tf.sub(queries, reach));
  return tf.logicalAnd(notEarlier, notLater ?? tf.less(keys, tf.add(queries, reach)));
}

/**
 * exp of what cannot be positive. Where an axis is odd, webgl computes in lanes beyond its end, which nothing bounds;
 * an infinity there would reach results through later products.
 */
const expOfNegative = (x: tf.Tensor) => tf.exp(tf.minimum(x, 0));

/** Softmax over visible keys. A row that sees nothing gets zeros, and logSumExp 0. */
export function maskedSoftmax(s: tf.Tensor, visible?: tf.Tensor): { weights: tf.Tensor; logSumExp: tf.Tensor } {
  const masked = visible ? tf.where(visible, s, hidden) : s;
  const highest = tf.max(masked, -1, true);
  const sees = tf.cast(tf.greater(highest, hidden / 2), 'float32');
  const max = tf.mul(highest, sees);
  const exponentials = expOfNegative(tf.sub(masked, max));
  const sum = tf.add(tf.sum(exponentials, -1, true), tf.sub(1, sees)); // 1 where all are hidden
  return { weights: tf.div(exponentials, sum), logSumExp: tf.squeeze(tf.add(max, tf.log(sum)), [-1]) };
}

/** The weights again, from the logSumExp that the forward pass kept. */
export function weightsFrom(s: tf.Tensor, logSumExp: tf.Tensor, visible?: tf.Tensor): tf.Tensor {
  const logWeights = tf.sub(s, tf.expandDims(logSumExp, -1));
  return expOfNegative(visible ? tf.where(visible, logWeights, hidden) : logWeights);
}

/** The gradient of softmax: `dw` at its result `w`. */
export const softmaxGradient = (dw: tf.Tensor, w: tf.Tensor): tf.Tensor =>
  tf.mul(w, tf.sub(dw, tf.sum(tf.mul(dw, w), -1, true)));
