import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { exclusive } from '../contract/donation.js';
import { attention, attentionAttrs, type AttentionWeightsOptions } from './attention.js';
import { checkMasks, masksOf } from './attention-masks.js';
import { cacheAppend } from './cache-append.js';
import { check, checkCaches, checkInput, describe } from './shapes.js';

const run = /* @__PURE__ */ defineOp<'AshlarCachedAttention'>({
  name: 'AshlarCachedAttention',
  outputs: ['y', 'keys', 'values'],
  visible: 3,
  reference({ qkv, keys, values, position, ...masks }, { window, ...attrs }) {
    const kvWidth = keys.shape[2]!;
    const [q, k, v] = tf.split(qkv, [qkv.shape[2]! - 2 * kvWidth, kvWidth, kvWidth], 2) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const [allKeys, allValues] = [cacheAppend(keys, k, position), cacheAppend(values, v, position)];
    const y = attention(q, allKeys, allValues, { ...attrs, ...masks, window, queryOffset: position });
    return [y, allKeys, allValues];
  },
});

export type CachedAttentionOptions = Omit<AttentionWeightsOptions, 'causal' | 'queryOffset' | 'segments'>;

/**
 * One step of decoding: stores the keys and values of new tokens in a cache and attends to all it then holds, causally. It is
 * `cacheAppend` twice and `attention`, in one call and without taking the projections apart. It has no gradient.
 *
 * @param qkv `[batch, seq, (numHeads + 2 * numKvHeads) * headDim]`: query, key and value of each token side by side
 * @param keys `[batch, capacity, numKvHeads * headDim]`, donated: use only the result afterwards, and dispose of both
 * @param values as `keys`
 * @param position int32 scalar: where the first token goes and stands. Keys past the capacity are dropped.
 * @param options keyMask `[batch, capacity]` and distanceBias `[numHeads, seq + capacity - 1]` span the cache
 * @returns `[batch, seq, numHeads * headDim]` and the caches
 * @throws RangeError when the shapes do not fit
 */
export function cachedAttention(
  qkv: tf.Tensor,
  keys: tf.Tensor,
  values: tf.Tensor,
  position: tf.Tensor,
  options: CachedAttentionOptions,
): [y: tf.Tensor, keys: tf.Tensor, values: tf.Tensor] {
  const op = 'cachedAttention';
  checkInput(op, 'qkv', qkv, 'float32', 3);
  checkInput(op, 'keys', keys, 'float32', 3);
  const { numHeads, numKvHeads = numHeads } = options;
  const [batch, , width] = qkv.shape as [number, number, number];
  const headDim = width / (numHeads + 2 * numKvHeads);
  check(
    Number.isInteger(headDim) && Number.isInteger(numHeads / numKvHeads),
    () =>
      `${op}: ${describe('qkv', qkv)} must hold ${numHeads} + 2 * ${numKvHeads} heads of one width, numHeads a multiple of numKvHeads`,
  );
  check(
    keys.shape[0] === batch && keys.shape[2] === numKvHeads * headDim,
    () =>
      `${op}: ${describe('keys', keys)} must be [${batch}, capacity, ${numKvHeads * headDim}] to fit ${describe('qkv', qkv)} with ${numKvHeads} key heads of ${headDim}`,
  );
  checkCaches(op, keys, values, position);
  checkMasks(op, { qkv }, { keys }, numHeads, options);
  const attrs = attentionAttrs(op, options, headDim);
  const own = [exclusive(keys), exclusive(values)] as const;
  const outputs = run({ qkv, keys: own[0], values: own[1], position, ...masksOf(options, true) }, attrs);
  if (own[0] !== keys) own[0].dispose();
  if (own[1] !== values) own[1].dispose();
  return outputs as [tf.Tensor, tf.Tensor, tf.Tensor];
}
