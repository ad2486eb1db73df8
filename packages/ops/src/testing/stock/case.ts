import * as tf from '@tensorflow/tfjs-core';
import { floats, indices, normal, upload } from '../host.js';

/** One call of a stock tfjs operation. */
export interface StockCase {
  /** Its name in tfjs, such as `matMul` or `linalg.bandPart`. */
  op: string;
  /** What is particular about this call. */
  variant: string;
  run(): tf.Tensor | tf.Tensor[];
}

/** Cases of one operation, by what is particular about each. */
export const stock = (op: string, variants: Record<string, StockCase['run']>): StockCase[] =>
  Object.entries(variants).map(([variant, run]) => ({ op, variant, run }));

/** Normally distributed float32. */
export const float = (...shape: number[]): tf.Tensor => upload(normal(`stock ${shape}`, shape));
/** Other values than `float` gives. */
export const other = (...shape: number[]): tf.Tensor => upload(normal(`other ${shape}`, shape));
/** Uniform in about [0.1, 4]. */
export const positive = (...shape: number[]): tf.Tensor => {
  const host = normal(`positive ${shape}`, shape);
  return upload({ ...host, values: host.values.map((value) => 0.1 + Math.min(Math.abs(value), 4)) });
};
/** int32 in [0, max). */
export const int = (max: number, ...shape: number[]): tf.Tensor => upload(indices(`stock ${max} ${shape}`, shape, max));
/** The values given, in one axis. */
export const values = (...list: number[]): tf.Tensor => upload(floats([list.length], list));
/** bool, both values. */
export const bool = (...shape: number[]): tf.Tensor => tf.cast(int(2, ...shape), 'bool');
