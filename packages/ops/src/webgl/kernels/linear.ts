import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { LinearPrograms } from '../../gpu/linear.js';
import type { Device } from '../device.js';
import { activationPrograms } from './activation.js';
import { columnSum } from './elementwise.js';

const asRows = (device: Device, x: TensorInfo) => device.stock('Reshape', { x }, { shape: [-1, x.shape.at(-1)!] });

/** Products are tfjs's. */
export const linearPrograms: LinearPrograms<Device> = {
  ...activationPrograms,
  multiply(device, { a, b, bias }, transposed, shape) {
    const attrs = { transposeA: false, transposeB: false, activation: 'linear', ...transposed };
    const [rowsOfA, rowsOfB] = [asRows(device, a), asRows(device, b)];
    const product = device.stock('_FusedMatMul', { a: rowsOfA, b: rowsOfB, ...(bias && { bias }) }, attrs);
    const y = device.stock('Reshape', { x: product }, { shape });
    [rowsOfA, rowsOfB, product].forEach((info) => device.free(info));
    return y;
  },
  columnSum: (device, x) => columnSum(device, { x }, x.shape, 'x_(b, r, c)'),
};
