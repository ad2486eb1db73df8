import * as tf from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { LinearPrograms } from '../../gpu/linear.js';
import type { Device } from '../device.js';
import { activationPrograms } from './activation.js';
import { columnSums } from './reduce.js';
import { asMatrix } from './shapes.js';
import { stock } from './stock.js';

/** A tensor under another shape of equal size. */
const as = ({ dataId, dtype }: TensorInfo, shape: number[]): TensorInfo => ({ dataId, dtype, shape });

function asRows(x: TensorInfo): TensorInfo {
  const { rows, width } = asMatrix(x.shape);
  return as(x, [rows, width]);
}

/**
 * For each element of a product of at most `fewElements` tfjs takes a workgroup of 256, whose lanes have nothing to do
 * where an element has few terms.
 */
const [fewElements, fewTerms] = [128, 64];

/** Runs `f` with tfjs's product in small tiles, whatever the sizes. */
function inSmallTiles<T>(f: () => T): T {
  const flag = 'WEBGPU_MATMUL_PROGRAM_TYPE';
  const before = tf.env().getNumber(flag);
  tf.env().set(flag, before < 0 ? 2 : before); // MatMulSmallOutputSizeProgram, unless somebody chose another
  try {
    return f();
  } finally {
    tf.env().set(flag, before);
  }
}

/** Products are tfjs's. */
export const linearPrograms: LinearPrograms<Device> = {
  ...activationPrograms,
  multiply(device, { a, b, bias }, transposed, shape) {
    const attrs = { transposeA: false, transposeB: false, activation: 'linear', ...transposed };
    const rows = asRows(a);
    const terms = rows.shape[transposed.transposeA ? 0 : 1]!;
    const product = () => stock(device, '_FusedMatMul', { a: rows, b: asRows(b), ...(bias && { bias }) }, attrs);
    const small = terms < fewTerms && shape.reduce((size, axis) => size * axis, 1) <= fewElements;
    return as(small ? inSmallTiles(product) : product(), shape);
  },
  columnSum: (device, x) =>
    columnSums(device, 'AshlarLinearGrad bias', asMatrix(x.shape), { x }, { bias: 'x[at]' })['bias']!,
};
