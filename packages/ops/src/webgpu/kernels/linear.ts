import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { activate, activationGradient } from './activation.js';
import { fused } from './fused.js';
import { columnSums } from './reduce.js';
import { asMatrix } from './shapes.js';
import { stock } from './stock.js';

/** A tensor under another shape of equal size. */
const as = ({ dataId, dtype }: TensorInfo, shape: number[]): TensorInfo => ({ dataId, dtype, shape });

/** tfjs's product of two matrices, under a shape of the caller. */
function multiply(
  device: Device,
  { a, b, bias }: { a: TensorInfo; b: TensorInfo; bias?: TensorInfo | undefined },
  transposed: { transposeA?: boolean; transposeB?: boolean },
  shape: number[],
): TensorInfo {
  const attrs = { transposeA: false, transposeB: false, activation: 'linear', ...transposed };
  return as(stock(device, '_FusedMatMul', { a, b, ...(bias && { bias }) }, attrs), shape);
}

export function registerLinear(): void {
  fused('AshlarLinear', (device, { x, weight, bias }, { activation, residuals }) => {
    const { rows, width } = asMatrix(x.shape);
    const shape = [...x.shape.slice(0, -1), weight.shape[0]!];
    const product = multiply(device, { a: as(x, [rows, width]), b: weight, bias }, { transposeB: true }, shape);
    if (activation === 'none') return [product];
    const y = activate(device, product, activation);
    if (residuals) return [y, product];
    device.free(product);
    return [y];
  });

  fused('AshlarLinearGrad', (device, { dy, x, weight, preactivation }, { activation, wanted }) => {
    const { rows, width } = asMatrix(x.shape);
    const [features] = weight.shape as [number, number];
    const own = activation === 'none' ? undefined : activationGradient(device, dy, preactivation!, activation);
    const dz = as(own ?? dy, [rows, features]);
    const gradients = {
      x: () => multiply(device, { a: dz, b: weight }, {}, x.shape),
      weight: () => multiply(device, { a: dz, b: as(x, [rows, width]) }, { transposeA: true }, weight.shape),
      bias: () => columnSums(device, 'AshlarLinearGrad bias', asMatrix(dz.shape), { dz }, { bias: 'dz[at]' })['bias']!,
    };
    const outputs = wanted.map((name) => gradients[name]());
    if (own) device.free(own);
    return outputs;
  });
}
