import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';

/** One axis of an output: how long it is and how far apart its elements lie in the input; stride 0 repeats. */
export interface Axis {
  length: number;
  stride: number;
}

const bytesPerRow = 12;

/** The axes of a dense tensor. */
export function axesOf(shape: readonly number[]): Axis[] {
  const strides = [...tf.util.computeStrides([...shape]), 1];
  return shape.map((length, i) => ({ length, stride: strides[i]! }));
}

/** The same elements over the fewest axes: those of length 1 are dropped, neighbours that one stride spans are merged. */
export function simplify(axes: readonly Axis[]): Axis[] {
  const merged: Axis[] = [];
  for (const axis of axes) {
    const outer = merged.at(-1);
    if (axis.length === 1) continue;
    if (outer && outer.stride === axis.length * axis.stride)
      merged[merged.length - 1] = { length: outer.length * axis.length, stride: axis.stride };
    else merged.push(axis);
  }
  return merged;
}

/** Whether the simplified axes are the dense input itself. */
export const isDense = (axes: readonly Axis[]): boolean =>
  axes.length === 0 || (axes.length === 1 && axes[0]!.stride === 1);

/** A tensor of 4-byte elements gathered from x along simplified axes, starting at element `offset`. */
export function stridedCopy(
  device: Device,
  x: TensorInfo,
  shape: number[],
  axes: readonly Axis[],
  offset = 0,
): TensorInfo {
  const out = device.output(shape, x.dtype);
  if (tf.util.sizeFromShape(shape) === 0) return out;
  const rows = axes.length > 0 ? axes : [{ length: 1, stride: 1 }];
  const table = device.scratch(rows.length * bytesPerRow);
  const words = device.words(table, (rows.length * bytesPerRow) / 4);
  rows.forEach(({ length, stride }, i) => {
    words.setUint32(bytesPerRow * i, length, true);
    words.setUint32(bytesPerRow * i + 4, stride, true);
  });
  device.kernels.strided_copy(device.address(x) + 4 * offset, device.address(out), rows.length, table);
  return out;
}
