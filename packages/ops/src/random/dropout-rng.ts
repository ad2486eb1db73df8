import * as tf from '@tensorflow/tfjs-core';
import { limbs } from './limbs.js';
import { seedWords } from './seed.js';

/**
 * Where dropout gets its masks in one training step. Each call of a dropout op takes the next position; the same seed
 * and step give the same masks on every backend.
 */
export class DropoutRng {
  private readonly seed: number;
  private readonly step: number;
  private call: number;

  /**
   * @param options.seed a non-negative safe integer
   * @param options.step the optimizer step (or micro-step) that is being computed
   * @param options.call the position to start at. @default 0
   */
  constructor({ seed, step, call = 0 }: { seed: number; step: number; call?: number }) {
    if (!Number.isInteger(step) || step < 0 || step > 0xffffffff)
      throw new RangeError(`DropoutRng: step (${step}) must be an integer from 0 to 2^32 - 1`);
    seedWords(seed);
    this.seed = seed;
    this.step = step;
    this.call = call;
  }

  /**
   * The position of one call, int32 `[8]`: the seed's low and high word, the call, the step, each as two 16-bit limbs,
   * low limb first. The Philox counter of its mask is `[block, call, step, 0x64726f70]`, the key is the seed.
   */
  next(): tf.Tensor1D {
    return tf.tensor1d(limbs([...seedWords(this.seed), this.call++, this.step]), 'int32');
  }

  /** Another generator at the same position, to compute the same thing again. */
  fork(): DropoutRng {
    return new DropoutRng({ seed: this.seed, step: this.step, call: this.call });
  }
}
