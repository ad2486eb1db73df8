import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { QuantizedAttrs, QuantizedTensors } from '../contract/kernels.js';
import type { Fused } from './fused.js';

/** `[..., k]` times a weight in few bits to `[..., n]`. */
export interface QuantizedProduct {
  a: TensorInfo;
  n: number;
  k: number;
  weight: QuantizedTensors;
  scheme: QuantizedAttrs['scheme'];
  blockSize: number;
  /** The weight is `[n, k]`, else `[k, n]`. */
  transposed: boolean;
  bias?: TensorInfo | undefined;
}

export function registerQuantizedLinear<Device>(
  fused: Fused<Device>,
  multiply: (device: Device, product: QuantizedProduct) => TensorInfo,
): void {
  fused('AshlarQuantizedLinear', (device, { x: a, bias, ...weight }, { scheme, shape: [n, k], blockSize }) => [
    multiply(device, { a, n, k, weight, scheme, blockSize, transposed: true, bias }),
  ]);
  fused('AshlarQuantizedLinearGrad', (device, { dy: a, ...weight }, { scheme, shape: [k, n], blockSize }) => [
    multiply(device, { a, n, k, weight, scheme, blockSize, transposed: false }),
  ]);
}
