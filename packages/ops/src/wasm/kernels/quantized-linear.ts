import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { QuantizedAttrs, QuantizedTensors } from '../../contract/kernels.js';
import type { Device } from '../device.js';
import { asMatrix, fused, type Addresses } from './fused.js';

/** Nanoseconds of unpacking a weight, and of a term of a sum. */
const [unpackCost, termCost] = [0.1, 0.036];
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
  const [pa, pcodes, pscales, pzeros, pbias, pc] = [a, codes, scales, zeros, bias, c].map((info) =>
    device.address(info),
  ) as Addresses<6>;
  const ranges = device.crew.ranges(n, k * (unpackCost + rows * termCost), { multiple: 8, least: 16 });
  device.crew.runWithScratch(
    'quantized_gemm',
    device.kernels.quantized_gemm_scratch(rows, n, k),
    ranges.map((columns) => [
      ...([pa, pcodes, pscales, pzeros, kinds[scheme], blockSize, pbias, pc] as const),
      ...([rows, n, k, Number(transposed), ...columns] as const),
    ]),
  );
  return c;
}

/** Codes that lie as bytes; three in an int32 are read by the reference. */
const options = {
  covers: ({ inputs: { codes, zeros } }: { inputs: QuantizedTensors }) =>
    codes.dtype === 'bool' && (!zeros || zeros.dtype === 'bool'),
};

export function registerQuantizedLinear(): void {
  fused(
    'AshlarQuantizedLinear',
    (device, { x, ...weight }, attrs) => [multiply(device, x, weight, attrs, true)],
    options,
  );
  fused(
    'AshlarQuantizedLinearGrad',
    (device, { dy, ...weight }, attrs) => [multiply(device, dy, weight, attrs, false)],
    options,
  );
}
