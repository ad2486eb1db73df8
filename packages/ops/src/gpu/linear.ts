import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Activate } from './activation.js';
import type { Fused } from './fused.js';

/** The programs that a linear layer is made of. */
export interface LinearPrograms<Device> extends Activate<Device> {
  /** The product of two tensors as matrices, under a shape of the caller. */
  multiply(
    device: Device,
    operands: { a: TensorInfo; b: TensorInfo; bias?: TensorInfo | undefined },
    transposed: { transposeA?: boolean; transposeB?: boolean },
    shape: number[],
  ): TensorInfo;
  /** The sum over all rows. */
  columnSum(device: Device, x: TensorInfo): TensorInfo;
}

export function registerLinear<Device extends { free(info: TensorInfo): void }>(
  fused: Fused<Device>,
  { multiply, columnSum, activate, activationGradient }: LinearPrograms<Device>,
): void {
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
      bias: () => columnSum(device, dz),
    };
    const outputs = wanted.map((name) => gradients[name]());
    if (own) device.free(own);
    return outputs;
  });
}
