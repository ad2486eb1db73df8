import type { TensorInfo } from '@tensorflow/tfjs-core';
import { asMatrices, int, type Device, type Program } from '../device.js';

/**
 * A program where each element depends on those at its place.
 *
 * @param value GLSL of the element at `b`, `r`, `c`; inputs of one shape lie there
 */
export function elementwise(
  device: Device,
  program: Pick<Program, 'inputs' | 'uniforms' | 'views'> & { functions?: string },
  shape: readonly number[],
  value: string,
): TensorInfo {
  return device.run({
    ...program,
    shape: asMatrices(shape),
    as: shape,
    functions: `${program.functions ?? ''}
      float value(int b, int r, int c) { return ${value}; }`,
  });
}

/** The sum over all rows of `term`, GLSL in `b`, `r`, `c`; the matrices are those of `shape`. */
export function columnSum(
  device: Device,
  inputs: Record<string, TensorInfo>,
  shape: readonly number[],
  term: string,
): TensorInfo {
  const [batch, rows, columns] = asMatrices(shape);
  return device.run({
    inputs,
    uniforms: { batches: int(batch), rows: int(rows) },
    shape: [1, 1, columns],
    as: [columns],
    functions: `
      float value(int b_, int r_, int c) {
        float sum = 0.0;
        for (int b = 0; b < batches; b++) for (int r = 0; r < rows; r++) sum += ${term};
        return sum;
      }`,
  });
}
