import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { QuantizedAttrs, QuantizedTensors } from '../../contract/kernels.js';
import type { Device } from '../device.js';
import { asMatrix, fused } from './fused.js';

const kinds = { int8: 0, nf4: 1, int4: 2 } as const;

/** `[..., k]` times the weight, `transposed` to `[in, out]` or as it is, to `[..., n]`. */
function multiply(
  device: Device,
  a: Tensor,
  { codes, scales, zeros, bias }: QuantizedTensors & { bias?: Tensor },
  { scheme, shape: [out, width], blockSize }: QuantizedAttrs,
  transposed: boolean,
): TensorInfo {
  const [n, k] = transposed ? [out, width] : [width, out];
  const { rows } = asMatrix(a.shape);
  const c = device.output([...a.shape.slice(0, -1), n]);
  const scratch = device.scratch(device.kernels.quantized_gemm_scratch(rows, n, k));
  device.kernels.quantized_gemm(
    device.address(a),
    device.address(codes),
    device.address(scales),
    device.address(zeros),
    kinds[scheme],
    blockSize,
    device.address(bias),
    device.address(c),
    rows,
    n,
    k,
    Number(transposed),
    scratch,
  );
  return c;
}

export function registerQuantizedLinear(): void {
  fused('AshlarQuantizedLinear', (device, { x, ...weight }, attrs) => [multiply(device, x, weight, attrs, true)]);
  fused('AshlarQuantizedLinearGrad', (device, { dy, ...weight }, attrs) => [
    multiply(device, dy, weight, attrs, false),
  ]);
}
