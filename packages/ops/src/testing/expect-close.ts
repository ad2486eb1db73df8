import type * as tf from '@tensorflow/tfjs-core';

export interface CloseOptions {
  /** Largest difference, relative to the larger of the expected value and `scale`. @default 1e-5 */
  tolerance?: number;
  /** Values below this are compared absolutely. @default the root mean square of the expected values */
  scale?: number;
  /** Differences up to this are allowed anyway. @default 0 */
  absolute?: number;
  /** What an error calls the actual values. @default 'values' */
  name?: string;
}

/** Values of a tensor, or numbers as they are. */
async function read(values: tf.Tensor | ArrayLike<number>): Promise<ArrayLike<number>> {
  return 'dataId' in values ? await values.data() : values;
}

/**
 * Compares values element by element. NaN and infinities must be where they are expected.
 *
 * @throws Error naming the worst element
 */
export async function expectClose(
  actual: tf.Tensor | ArrayLike<number>,
  expected: tf.Tensor | ArrayLike<number>,
  { tolerance = 1e-5, scale, absolute = 0, name = 'values' }: CloseOptions = {},
): Promise<void> {
  const [found, wanted] = [await read(actual), await read(expected)];
  if (found.length !== wanted.length) throw new Error(`${name}: ${found.length} elements, expected ${wanted.length}`);
  const floor = scale ?? rootMeanSquare(wanted);
  let worst = { excess: tolerance, at: -1 };
  for (let i = 0; i < wanted.length; i++) {
    const excess = difference(found[i]!, wanted[i]!, floor);
    if (excess > worst.excess && !(Math.abs(found[i]! - wanted[i]!) <= absolute)) worst = { excess, at: i };
  }
  const { at, excess } = worst;
  if (at >= 0)
    throw new Error(
      `${name}: element ${at} is ${found[at]}, expected ${wanted[at]} (off by ${excess.toExponential(1)}, allowed ${tolerance})`,
    );
}

function difference(a: number, b: number, floor: number): number {
  if (Object.is(a, b) || a === b) return 0;
  const distance = Math.abs(a - b) / Math.max(Math.abs(b), floor, 1e-30);
  return Number.isNaN(distance) ? Infinity : distance;
}

function rootMeanSquare(values: ArrayLike<number>): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i])) {
      sum += values[i]! ** 2;
      count++;
    }
  return count > 0 ? Math.sqrt(sum / count) : 0;
}
