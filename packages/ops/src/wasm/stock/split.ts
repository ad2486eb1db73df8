import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernel } from './replace.js';

/** tfjs copies row by row in JavaScript. */
export const split: Kernel<{ numOrSizeSplits: number | number[]; axis: number }> = (
  device,
  inputs,
  attributes,
  stock,
) => {
  const x = inputs.x as Tensor;
  if (tf.util.bytesPerElement(x.dtype) !== 4) return stock();
  const [axis] = tf.util.parseAxisParam(attributes.axis, x.shape) as [number];
  const sizes = tf.backend_util.prepareSplitSize(x, attributes.numOrSizeSplits, axis);
  const rows = tf.util.sizeFromShape(x.shape.slice(0, axis));
  const inner = tf.util.sizeFromShape(x.shape.slice(axis + 1));
  const parts = sizes.map((size) =>
    device.output([...x.shape.slice(0, axis), size, ...x.shape.slice(axis + 1)], x.dtype),
  );
  let from = device.address(x);
  parts.forEach((part, i) => {
    const width = sizes[i]! * inner;
    device.kernels.copy_rows(from, device.address(part), rows, width, x.shape[axis]! * inner, width);
    from += 4 * width;
  });
  return parts;
};
