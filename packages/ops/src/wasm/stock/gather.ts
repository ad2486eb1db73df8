import type { TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernel } from './replace.js';

interface GatherAttributes {
  axis: number;
  batchDims: number;
}

/** tfjs reads the indices of the first batch for every batch. */
export const gather: Kernel<GatherAttributes> = (device, { x, indices }, { axis, batchDims }) => {
  const [parsedAxis] = tf.util.parseAxisParam(axis, x!.shape) as [number];
  const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(
    x as tf.Tensor,
    indices as tf.Tensor,
    parsedAxis,
    batchDims,
  );
  const out = device.output(info.outputShape, x!.dtype);
  const source = device.view<TypedArray>(x!);
  const ids = device.view<Int32Array>(indices!);
  const target = device.view<TypedArray>(out);
  const perBatch = info.batchSize === 0 ? 0 : ids.length / info.batchSize;
  let position = 0;
  for (let batch = 0; batch < info.batchSize; batch++)
    for (let outer = 0; outer < info.outerSize; outer++) {
      const base = (batch * info.outerSize + outer) * info.dimSize;
      for (let i = batch * perBatch; i < (batch + 1) * perBatch; i++, position += info.sliceSize) {
        const id = ids[i]!;
        if (id < 0 || id >= info.dimSize)
          throw new Error(`GatherV2: the index value ${id} is not in [0, ${info.dimSize - 1}]`);
        const from = (base + id) * info.sliceSize;
        if (info.sliceSize === 1) target[position] = source[from]!;
        else target.set(source.subarray(from, from + info.sliceSize), position);
      }
    }
  return out;
};
