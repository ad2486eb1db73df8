import * as tf from '@tensorflow/tfjs-core';
import type { Kernel } from './replace.js';
import { axesOf, isDense, simplify, stridedCopy } from './strided-copy.js';

/** tfjs allocates for every element from rank 5 on, and copies where nothing moves. */
export const transpose: Kernel<{ perm: number[] }> = (device, { x }, { perm }, stock) => {
  const shape = perm.map((axis) => x!.shape[axis]!);
  const axes = axesOf(x!.shape);
  const moved = simplify(perm.map((axis) => axes[axis]!));
  if (isDense(moved)) return device.share(x!, shape);
  return tf.util.bytesPerElement(x!.dtype) === 4 ? stridedCopy(device, x!, shape, moved) : stock();
};
