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

/** Products are tfjs's. */
export const linearPrograms: LinearPrograms<Device> = {
  ...activationPrograms,
  multiply(device, { a, b, bias }, transposed, shape) {
    const attrs = { transposeA: false, transposeB: false, activation: 'linear', ...transposed };
    return as(stock(device, '_FusedMatMul', { a: asRows(a), b: asRows(b), ...(bias && { bias }) }, attrs), shape);
  },
  columnSum: (device, x) =>
    columnSums(device, 'AshlarLinearGrad bias', asMatrix(x.shape), { x }, { bias: 'x[at]' })['bias']!,
};
