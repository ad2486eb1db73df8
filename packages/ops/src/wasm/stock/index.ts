import * as tf from '@tensorflow/tfjs-core';
import { batchMatMul } from './batch-mat-mul.js';
import { cast } from './cast.js';
import { clipByValue } from './clip-by-value.js';
import { concat } from './concat.js';
import { fusedMatMul } from './fused-mat-mul.js';
import { gather } from './gather.js';
import { identity } from './identity.js';
import { oneHot } from './one-hot.js';
import { replaceKernel } from './replace.js';
import { slice } from './slice.js';
import { split } from './split.js';
import { sum } from './sum.js';
import { tile } from './tile.js';
import { transpose } from './transpose.js';
import { unsortedSegmentSum } from './unsorted-segment-sum.js';

/** Replaces what tfjs 4.22 computes wrongly or slowly on wasm, and adds what it lacks. */
export function replaceStockKernels(): void {
  replaceKernel(tf.BatchMatMul, batchMatMul);
  replaceKernel(tf._FusedMatMul, fusedMatMul);
  replaceKernel(tf.OneHot, oneHot);
  replaceKernel(tf.GatherV2, gather);
  replaceKernel(tf.Cast, cast);
  replaceKernel(tf.ClipByValue, clipByValue);
  replaceKernel(tf.Identity, identity);
  replaceKernel(tf.Transpose, transpose);
  replaceKernel(tf.Slice, slice);
  replaceKernel(tf.Tile, tile);
  replaceKernel(tf.SplitV, split);
  replaceKernel(tf.Concat, concat);
  replaceKernel(tf.Sum, sum);
  replaceKernel(tf.UnsortedSegmentSum, unsortedSegmentSum);
}
