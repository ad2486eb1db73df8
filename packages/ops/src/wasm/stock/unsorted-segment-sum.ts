import type { TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernel } from './replace.js';

/** Missing in tfjs's wasm backend: without it the gradient of gather fails. Rows with an id outside of [0, numSegments) are dropped. */
export const unsortedSegmentSum: Kernel<{ numSegments: number }> = (device, { x, segmentIds }, { numSegments }) => {
  const inner = x!.shape.slice(segmentIds!.shape.length);
  const width = tf.util.sizeFromShape(inner);
  const out = device.output([numSegments, ...inner], x!.dtype);
  const target = device.view<TypedArray>(out).fill(0);
  const source = device.view<TypedArray>(x!);
  device.view<Int32Array>(segmentIds!).forEach((id, row) => {
    if (id < 0 || id >= numSegments) return;
    for (let j = 0; j < width; j++) target[id * width + j]! += source[row * width + j]!;
  });
  return out;
};
