import type { Trace } from '@ashlar/nn';
import { attention, attentionWeights, type DropoutRng } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { KvCache } from './kv-cache.js';

export interface AttendOptions {
  numHeads: number;
  /** Grouped-query attention: key and value heads. @default numHeads */
  numKvHeads?: number;
  /** A token sees only itself and its past. @default true */
  causal?: boolean;
  /** Sliding window: a token sees itself and the window - 1 tokens before it. @default all */
  window?: number;
  /**
   * int32 `[batch]`: every token sees the first ones of its row, as many as this says, also later ones and those out of
   * the window. With a cache the first call holds all of them.
   */
  prefixLengths?: tf.Tensor;
  /**
   * Makes the bias `[numHeads, seq + keySeq - 1]` that is added to scores by distance, for `seq` tokens of which the first
   * stands at `queryOffset` of `keySeq` keys: `(...axes) => alibiBias(numHeads, ...axes)` or T5's `relativePositionBias`.
   */
  distanceBias?: (seq: number, keySeq: number, options: { queryOffset: number }) => tf.Tensor;
  /** Share of attention weights to drop while training. @default 0 */
  dropout?: number;
  /** Switches dropout on. */
  rng?: DropoutRng;
  /** int32 `[batch, seq]`, 0 for keys that nobody may see. Not with a cache, which masks its left padding itself. */
  keyMask?: tf.Tensor;
  /** int32 `[batch, seq]`: a token sees tokens of its own number alone, as in rows that pack several texts. Not with a cache. */
  segments?: tf.Tensor;
  /** Attend to the cached tokens of this layer too, and add these. */
  cache?: KvCache;
  /** Layer of the cache. @default 0 */
  layer?: number;
  trace?: Trace;
  /** Path under which the weights are traced. @default 'attn' */
  path?: string;
}

/**
 * What every family's attention does between its projections: cache, masks, dropout, and the fused attention.
 *
 * Heads stay packed in the last axis, as the projections produce them. Call it inside `tf.tidy`.
 *
 * @param q `[batch, seq, numHeads * headDim]`
 * @param k `[batch, seq, numKvHeads * headDim]`
 * @param v as `k`
 * @returns `[batch, seq, numHeads * headDim]`
 * @throws RangeError for a cache without causal attention, or a key mask or segments beside a cache
 */
export function attend(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, options: AttendOptions): tf.Tensor {
  const { numHeads, numKvHeads = numHeads, causal = true, dropout = 0, rng, cache, layer = 0, trace, path } = options;
  checkCache(options);
  const stored = cache?.append(layer, k, v);
  const keys = stored?.keys ?? k;
  const keyMask = stored?.keyMask ?? options.keyMask;
  const [seq, keySeq] = [q.shape[1]!, keys.shape[1]!];
  const distanceBias = options.distanceBias?.(seq, keySeq, { queryOffset: cache?.length ?? keySeq - seq });
  const seen = {
    numHeads,
    numKvHeads,
    causal,
    ...(keyMask && { keyMask }),
    ...(options.segments && { segments: options.segments }),
    ...(options.window !== undefined && { window: options.window }),
    ...(options.prefixLengths && { prefixLengths: options.prefixLengths }),
    ...(distanceBias && { distanceBias }),
    ...(stored && { queryOffset: stored.position }),
  };
  if (trace) {
    const weights = attentionWeights(q, keys, seen); // a cache has room for more keys than it holds
    const held = (cache?.length ?? 0) + k.shape[1]!;
    trace(`${path ?? 'attn'}.weights`, tf.slice(weights, [0, 0, 0, 0], [-1, -1, -1, held]));
  }
  return attention(q, keys, stored?.values ?? v, {
    ...seen,
    ...(rng && dropout > 0 && { dropout: { rate: dropout, rng } }),
  });
}

/**
 * `attend` on projections that lie side by side; with a cache it is one call of the engine for a layer.
 *
 * @param qkv `[batch, seq, (numHeads + 2 * numKvHeads) * headDim]`
 * @returns `[batch, seq, numHeads * headDim]`
 * @throws as `attend`
 */
export function attendPacked(qkv: tf.Tensor, options: AttendOptions): tf.Tensor {
  const { numHeads, numKvHeads = numHeads, cache, layer = 0, trace, dropout = 0, rng } = options;
  if (cache && !trace && !(rng && dropout > 0)) {
    checkCache(options);
    return cache.attend(layer, qkv, options);
  }
  const headDim = qkv.shape[2]! / (numHeads + 2 * numKvHeads);
  const [q, k, v] = tf.split(qkv, [numHeads * headDim, numKvHeads * headDim, numKvHeads * headDim], -1) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  return attend(q, k, v, options);
}

function checkCache({ cache, causal = true, keyMask, segments }: AttendOptions): void {
  if (cache && (!causal || keyMask))
    throw new RangeError('attend: a cache needs causal attention and knows its own padding (leftPadding), no keyMask');
  if (cache && segments)
    throw new RangeError('attend: segments are for whole rows; a cache holds one text a row, so pass one of the two');
}
