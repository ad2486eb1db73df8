import * as tf from '@tensorflow/tfjs-core';
import type { Kernel } from './replace.js';

/**
 * The same permutation over the fewest axes: axes of length 1 are dropped, neighbours that stay neighbours are merged.
 * `shape` has the merged input axes, `perm[i]` is the input axis at output position i.
 */
export function collapse(shape: number[], perm: number[]): { shape: number[]; perm: number[] } {
  const kept = perm.filter((axis) => shape[axis] !== 1);
  const groups: number[][] = [];
  for (const axis of kept) {
    const group = groups.at(-1);
    const between = group ? shape.slice(group.at(-1)! + 1, axis) : [];
    if (group && group.at(-1)! < axis && between.every((length) => length === 1)) group.push(axis);
    else groups.push([axis]);
  }
  const sorted = [...groups].sort((a, b) => a[0]! - b[0]!);
  return {
    shape: sorted.map((group) => group.reduce((size, axis) => size * shape[axis]!, 1)),
    perm: groups.map((group) => sorted.indexOf(group)),
  };
}

/** tfjs allocates for every element from rank 5 on, and copies where nothing moves. */
export const transpose: Kernel<{ perm: number[] }> = (device, { x }, { perm }, stock) => {
  const outShape = perm.map((axis) => x!.shape[axis]!);
  const simple = collapse(x!.shape, perm);
  if (simple.perm.length <= 1) return device.share(x!, outShape);
  if (tf.util.bytesPerElement(x!.dtype) !== 4) return stock();
  const out = device.output(outShape, x!.dtype);
  if (tf.util.sizeFromShape(outShape) === 0) return out;
  const rank = simple.perm.length;
  const strides = [...tf.util.computeStrides(simple.shape), 1];
  const table = device.scratch(rank * 12);
  const words = device.words(table, rank * 3);
  simple.perm.forEach((axis, i) => {
    words.setUint32(12 * i, simple.shape[axis]!, true);
    words.setUint32(12 * i + 4, strides[axis]!, true);
  });
  device.kernels.transpose(device.address(x), device.address(out), rank, table);
  return out;
};
