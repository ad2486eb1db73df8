import * as tf from '@tensorflow/tfjs-core';
import { distances, type DistanceOptions } from './distances.js';
import { check } from './shapes.js';

/**
 * The bias of ALiBi (Press et al. 2022, arXiv 2108.12409) for `distanceBias` of attention: minus the distance of query and
 * key times the slope of the head. Slopes are those of Hugging Face's `build_alibi_tensor`: of 8 heads 1/2, 1/4 .. 1/256;
 * where the number of heads is no power of two, the lower power's, then every other one of the higher power's.
 *
 * To decode with a cache, `seq` is 1: a softmax does not see what is added to all of its row, so the bias for one
 * queryOffset serves every step.
 *
 * @returns `[numHeads, seq + keySeq - 1]`
 * @throws RangeError for axes that are no whole numbers
 */
export function alibiBias(numHeads: number, seq: number, keySeq: number, options: DistanceOptions = {}): tf.Tensor2D {
  check(
    Number.isInteger(numHeads) && numHeads > 0,
    () => `alibiBias: numHeads (${numHeads}) must be a whole number from 1`,
  );
  const far = distances('alibiBias', seq, keySeq, options).map(Math.abs);
  const rows = slopes(numHeads).map((slope) => far.map((distance) => 0 - slope * distance));
  return tf.tensor2d(rows, [numHeads, far.length]);
}

function slopes(numHeads: number): number[] {
  const power = 2 ** Math.floor(Math.log2(numHeads));
  const ofPower = (heads: number) => {
    const first = Math.fround(2 ** (-8 / heads));
    return Array.from({ length: heads }, (_, h) => Math.fround(first ** (h + 1)));
  };
  const between = ofPower(2 * power).filter((_, h) => h % 2 === 0);
  return [...ofPower(power), ...between.slice(0, numHeads - power)];
}
