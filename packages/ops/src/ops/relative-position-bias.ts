import * as tf from '@tensorflow/tfjs-core';
import { distances, type DistanceOptions } from './distances.js';
import { embedding } from './embedding.js';
import { check, checkInput } from './shapes.js';

export interface RelativePositionOptions {
  /** Half of the buckets are for keys behind the query; else those share the bucket of distance 0. @default true */
  bidirectional?: boolean;
  /** Distances from here on share a bucket. @default 128 */
  maxDistance?: number;
}

/**
 * The buckets of T5 (Raffel et al. 2020, arXiv 1910.10683) for distances, in float32 as Hugging Face's
 * `T5Attention._relative_position_bucket` computes them: a bucket each for the near ones, then buckets that grow with the
 * logarithm of the distance.
 *
 * @param distances position of the key minus position of the query
 * @throws RangeError where a direction has fewer than two buckets, or maxDistance lies among the near distances
 */
export function relativePositionBuckets(
  distances: ArrayLike<number>,
  {
    numBuckets = 32,
    bidirectional = true,
    maxDistance = 128,
  }: RelativePositionOptions & {
    /** @default 32 */
    numBuckets?: number;
  } = {},
): Int32Array {
  const buckets = bidirectional ? Math.floor(numBuckets / 2) : numBuckets;
  const near = Math.floor(buckets / 2);
  check(
    Number.isInteger(numBuckets) && near > 0 && maxDistance > near,
    () =>
      `relativePositionBuckets: numBuckets (${numBuckets}) must be a whole number from ${bidirectional ? 4 : 2}, ` +
      `and maxDistance (${maxDistance}) larger than the ${near} distances with a bucket each`,
  );
  const { fround } = Math;
  const octaves = fround(Math.log(maxDistance / near));
  return Int32Array.from(distances, (distance) => {
    const behind = bidirectional && distance > 0 ? buckets : 0;
    const far = bidirectional ? Math.abs(distance) : Math.max(0, -distance);
    if (far < near) return behind + far;
    const logarithm = fround(fround(Math.log(fround(far / near))) / octaves);
    return behind + Math.min(buckets - 1, near + Math.floor(fround(logarithm * (buckets - near))));
  });
}

/**
 * The relative bias of T5 for `distanceBias` of attention (whose `scale` is 1 there), differentiable to the table.
 *
 * @param table `[numBuckets, numHeads]`, Hugging Face's `relative_attention_bias.weight`
 * @returns `[numHeads, seq + keySeq - 1]`
 * @throws RangeError as `relativePositionBuckets`, or for axes that are no whole numbers
 */
export function relativePositionBias(
  table: tf.Tensor,
  seq: number,
  keySeq: number,
  { queryOffset, ...options }: RelativePositionOptions & DistanceOptions = {},
): tf.Tensor2D {
  checkInput('relativePositionBias', 'table', table, 'float32', 2);
  const far = distances('relativePositionBias', seq, keySeq, queryOffset === undefined ? {} : { queryOffset });
  return tf.tidy(() => {
    const buckets = tf.tensor1d(relativePositionBuckets(far, { ...options, numBuckets: table.shape[0]! }), 'int32');
    return tf.transpose(embedding(buckets, table)) as tf.Tensor2D;
  });
}
