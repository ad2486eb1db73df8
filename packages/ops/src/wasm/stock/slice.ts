import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernel } from './replace.js';
import { axesOf, simplify, stridedCopy } from './strided-copy.js';

/** tfjs copies row by row in JavaScript. */
export const slice: Kernel<{ begin: number | number[]; size: number | number[] }> = (
  device,
  inputs,
  attributes,
  stock,
) => {
  const x = inputs.x as Tensor;
  if (tf.util.bytesPerElement(x.dtype) !== 4) return stock();
  const [begin, size] = tf.slice_util.parseSliceParams(x, attributes.begin, attributes.size) as [number[], number[]];
  tf.slice_util.assertParamsValid(x, begin, size);
  const axes = axesOf(x.shape);
  const offset = axes.reduce((sum, { stride }, i) => sum + begin[i]! * stride, 0);
  return stridedCopy(device, x, size, simplify(axes.map(({ stride }, i) => ({ length: size[i]!, stride }))), offset);
};
