import * as tf from '@tensorflow/tfjs-core';
import { sumAxis } from '../sum-axis.js';
import type { Kernel } from './replace.js';

/** tfjs transposes before it sums anything but the last axes. Ours sums any run of neighbouring axes in place. */
export const sum: Kernel<{ axis: number | number[]; keepDims?: boolean }> = (device, { x }, attributes, stock) => {
  const axes = tf.util.parseAxisParam(attributes.axis, x!.shape);
  const [first, last] = [Math.min(...axes), Math.max(...axes)];
  if (x!.dtype !== 'float32' || axes.length === 0 || last - first + 1 !== axes.length) return stock();
  const size = (from: number, to?: number) => tf.util.sizeFromShape(x!.shape.slice(from, to));
  const [kept] = tf.backend_util.computeOutAndReduceShapes(x!.shape, axes);
  const out = device.output(attributes.keepDims ? tf.backend_util.expandShapeToKeepDim(kept, axes) : kept);
  sumAxis(device, x!, out, [size(0, first), size(first, last + 1), size(last + 1)]);
  return out;
};
