import * as tf from '@tensorflow/tfjs-core';
import { isCounting } from '../counting/count-memory.js';
import { dropoutWords } from '../random/dropout-words.js';

/**
 * What dropout multiplies by: 0 with probability `rate`, else 1 / (1 - rate).
 *
 * Stock ops have no exact 32-bit products (an int32 tensor on webgl holds 24 bits), so the words are computed on the
 * host. `rng` was never sent to a GPU, so that reading it waits for nothing.
 *
 * @param rng int32 `[8]` of `DropoutRng.next()`
 */
export function dropoutMask(shape: number[], rate: number, rng: tf.Tensor): tf.Tensor {
  if (isCounting()) return tf.fill(shape, 0);
  const size = shape.reduce((product, axis) => product * axis, 1);
  const words = dropoutWords(size, rng.dataSync());
  const threshold = Math.floor(rate * 2 ** 32);
  const kept = 1 / (1 - rate);
  return tf.tensor(
    Float32Array.from(words, (word) => (word >= threshold ? kept : 0)),
    shape,
  );
}
