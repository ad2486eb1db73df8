import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { activate, activationGradient } from './activation.js';
import { columnSum } from './elementwise.js';
import { fused } from './fused.js';

/** tfjs's product of two tensors as matrices, under a shape of the caller. */
function multiply(
  device: Device,
  { a, b, bias }: { a: TensorInfo; b: TensorInfo; bias?: TensorInfo | undefined },
  transposed: { transposeA?: boolean; transposeB?: boolean },
  shape: number[],
): TensorInfo {
  const attrs = { transposeA: false, transposeB: false, activation: 'linear', ...transposed };
  const [rowsOfA, rowsOfB] = [asRows(device, a), asRows(device, b)];
  const product = device.stock('_FusedMatMul', { a: rowsOfA, b: rowsOfB, ...(bias && { bias }) }, attrs);
  const y = device.stock('Reshape', { x: product }, { shape });
  [rowsOfA, rowsOfB, product].forEach((info) => device.free(info));
  return y;
}

const asRows = (device: Device, x: TensorInfo) => device.stock('Reshape', { x }, { shape: [-1, x.shape.at(-1)!] });

export function registerLinear(): void {
  fused('AshlarLinear', (device, { x, weight, bias }, { activation, residuals }) => {
    const shape = [...x.shape.slice(0, -1), weight.shape[0]!];
    const product = multiply(device, { a: x, b: weight, bias }, { transposeB: true }, shape);
    if (activation === 'none') return [product];
    const y = activate(device, product, activation);
    if (residuals) return [y, product];
    device.free(product);
    return [y];
  });

  fused('AshlarLinearGrad', (device, { dy, x, weight, preactivation }, { activation, wanted }) => {
    const own = activation === 'none' ? undefined : activationGradient(device, dy, preactivation!, activation);
    const dz = own ?? dy;
    const gradients = {
      x: () => multiply(device, { a: dz, b: weight }, {}, x.shape),
      weight: () => multiply(device, { a: dz, b: x }, { transposeA: true }, weight.shape),
      bias: () => columnSum(device, { dz }, dz.shape, 'dz_(b, r, c)'),
    };
    const outputs = wanted.map((name) => gradients[name]());
    if (own) device.free(own);
    return outputs;
  });
}
