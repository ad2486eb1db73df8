import type { DataType, TypedArray } from '@tensorflow/tfjs-core';
import type { Kernel } from './replace.js';

interface OneHotAttributes {
  dtype: DataType;
  depth: number;
  onValue: number;
  offValue: number;
}

/** tfjs writes the bits of integers whatever the dtype. */
export const oneHot: Kernel<OneHotAttributes> = (device, { indices }, { dtype, depth, onValue, offValue }) => {
  const out = device.output([...indices!.shape, depth], dtype);
  const values = device.view<TypedArray>(out).fill(offValue);
  device.view<Int32Array>(indices!).forEach((index, row) => {
    if (index >= 0 && index < depth) values[row * depth + index] = onValue;
  });
  return out;
};
