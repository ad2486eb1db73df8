import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernel } from './replace.js';

/** tfjs copies row by row in JavaScript. */
export const concat: Kernel<{ axis: number }> = (device, inputs, attributes, stock) => {
  const parts = Object.values(inputs) as Tensor[];
  const { dtype, shape } = parts[0]!;
  if (tf.util.bytesPerElement(dtype) !== 4) return stock();
  const [axis] = tf.util.parseAxisParam(attributes.axis, shape) as [number];
  const length = parts.reduce((total, part) => total + part.shape[axis]!, 0);
  const rows = tf.util.sizeFromShape(shape.slice(0, axis));
  const inner = tf.util.sizeFromShape(shape.slice(axis + 1));
  const out = device.output([...shape.slice(0, axis), length, ...shape.slice(axis + 1)], dtype);
  let to = device.address(out);
  for (const part of parts) {
    const width = part.shape[axis]! * inner;
    device.kernels.copy_rows(device.address(part), to, rows, width, width, length * inner);
    to += 4 * width;
  }
  return out;
};
