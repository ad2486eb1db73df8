import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** The kernel behind the gradient of `tf.gather`, which the wasm backend lacks: rows of `x` summed by segment. */
export function registerUnsortedSegmentSum(): void {
  tf.registerKernel({
    kernelName: tf.UnsortedSegmentSum,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const x = inputs['x']!;
      const segmentIds = inputs['segmentIds']!;
      const { numSegments } = attrs as unknown as tf.UnsortedSegmentSumAttrs;
      const wasm = backend as BackendWasm;
      const row = x.shape.slice(segmentIds.shape.length);
      const width = row.reduce((a, b) => a * b, 1);
      const out = wasm.makeOutput([numSegments, ...row], 'float32');
      const sums = wasm.typedArrayFromHeap(out).fill(0);
      const rows = wasm.typedArrayFromHeap(x);
      wasm.typedArrayFromHeap(segmentIds).forEach((segment, i) => {
        for (let j = 0; j < width; j++) sums[segment * width + j]! += rows[i * width + j]!;
      });
      return out;
    },
  });
}
