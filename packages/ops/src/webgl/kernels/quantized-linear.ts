import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { QuantizedAttrs, QuantizedTensors } from '../../contract/kernels.js';
import { NF4_CODES } from '../../ops/dequantize.js';
import { asMatrices, int, type Device } from '../device.js';
import { fused } from './fused.js';

/** GLSL: byte `i` of a tensor that holds three an element, and the half of it that holds code `i`. */
const byteOf = (tensor: string, i: string) =>
  `((int(${tensor}_(0, 0, (${i}) / 3)) >> (8 * ((${i}) - (${i}) / 3 * 3))) & 255)`;
const half = `((${byteOf('codes', 'i / 2')} >> ((i & 1) == 0 ? 4 : 0)) & 15)`;

/** GLSL: element `i` of the weight. */
const weights: Record<QuantizedAttrs['scheme'], string> = {
  int8: `float(${byteOf('codes', 'i')} - 127) * scales_(0, 0, i / blockSize) * (1.0 / 127.0)`,
  nf4: `nf4[${half}] * scales_(0, 0, i / blockSize)`,
  int4: `float(${half} - ${byteOf('zeros', 'i / blockSize')}) * scales_(0, 0, i / blockSize)`,
};
const nf4 = NF4_CODES.map((value) => value.toFixed(20));

/** `[..., k]` times the weight, `transposed` to `[in, out]` or as it is, to `[..., n]`: each code is unpacked where it is used. */
function multiply(
  device: Device,
  a: TensorInfo,
  { codes, scales, zeros, bias }: QuantizedTensors & { bias?: TensorInfo | undefined },
  { scheme, shape: [out, width], blockSize }: QuantizedAttrs,
  transposed: boolean,
): TensorInfo {
  const [n, k] = transposed ? [out, width] : [width, out];
  const [batch, rows] = asMatrices(a.shape);
  return device.run({
    inputs: { a, codes, scales, ...(zeros && { zeros }), ...(bias && { bias }) },
    uniforms: { n: int(n), k: int(k), blockSize: int(blockSize) },
    shape: [batch, rows, n],
    as: [...a.shape.slice(0, -1), n],
    functions: `
      ${scheme === 'nf4' ? `const float nf4[16] = float[16](${nf4.join(', ')});` : ''}
      float weight(int i) { return ${weights[scheme]}; }
      float value(int b, int r, int c) {
        float sum = 0.0;
        for (int term = 0; term < k; term++) sum += a_(b, r, term) * weight(${transposed ? 'c * k + term' : 'term * n + c'});
        return sum${bias ? ' + bias_(0, 0, c)' : ''};
      }`,
  });
}

export function registerQuantizedLinear(): void {
  fused('AshlarQuantizedLinear', (device, { x, ...weight }, attrs) => [multiply(device, x, weight, attrs, true)]);
  fused('AshlarQuantizedLinearGrad', (device, { dy, ...weight }, attrs) => [
    multiply(device, dy, weight, attrs, false),
  ]);
}
