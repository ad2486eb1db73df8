import * as tf from '@tensorflow/tfjs-core';
import { RandomStream } from '../random/random-stream.js';

/** A tensor on the host, for definitions in float64. */
export interface Host {
  /** A bool holds bytes. */
  dtype: 'float32' | 'int32' | 'bool';
  shape: number[];
  values: Float64Array;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, axis) => product * axis, 1);

/** Normally distributed float32 values; the name decides which. */
export function normal(name: string, shape: number[], std = 1): Host {
  const values = Float64Array.from(new RandomStream(20, name).normalArray(sizeOf(shape), { std }));
  return { dtype: 'float32', shape, values };
}

/** The given float32 values. */
export const floats = (shape: number[], values: number[]): Host => ({
  dtype: 'float32',
  shape,
  values: Float64Array.from(values, Math.fround),
});

/** The given int32 values. */
export const ints = (shape: number[], values: number[]): Host => ({
  dtype: 'int32',
  shape,
  values: Float64Array.from(values),
});

/** Random integers in [0, max). */
export function indices(name: string, shape: number[], max: number): Host {
  const stream = new RandomStream(21, name);
  return ints(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.floor(stream.uniform(i) * max)),
  );
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** On the current backend. */
export const upload = ({ values, shape, dtype }: Host): tf.Tensor =>
  tf.tensor(arrays[dtype].from(values), shape, dtype);
