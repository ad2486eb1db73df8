import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { QuantizedAttrs, QuantizedTensors } from '../../contract/kernels.js';
import type { QuantizedProduct } from '../../gpu/quantized-linear.js';
import { NF4_CODES } from '../../ops/dequantize.js';
import { asMatrices, int, type Device } from '../device.js';

/** GLSL: a byte of a tensor that holds three an element, or one in a bool. */
const byteOf = (name: string, { dtype }: TensorInfo, i: string) =>
  dtype === 'bool'
    ? `int(${name}_(0, 0, ${i}))`
    : `((int(${name}_(0, 0, (${i}) / 3)) >> (8 * ((${i}) - (${i}) / 3 * 3))) & 255)`;

/** GLSL: element `i` of the weight. */
function weightGlsl(scheme: QuantizedAttrs['scheme'], { codes, zeros }: QuantizedTensors): string {
  const scale = 'scales_(0, 0, i / blockSize)';
  if (scheme === 'int8') return `float(${byteOf('codes', codes, 'i')} - 127) * ${scale} * (1.0 / 127.0)`;
  const code = `((${byteOf('codes', codes, 'i / 2')} >> ((i & 1) == 0 ? 4 : 0)) & 15)`;
  if (scheme === 'nf4') return `nf4[${code}] * ${scale}`;
  return `float(${code} - ${byteOf('zeros', zeros!, 'i / blockSize')}) * ${scale}`;
}
const nf4 = NF4_CODES.map((value) => value.toFixed(20));

/** Each code is unpacked where it is used. */
export function multiplyQuantized(device: Device, product: QuantizedProduct): TensorInfo {
  const { a, n, k, weight, scheme, blockSize, transposed, bias } = product;
  const { codes, scales, zeros } = weight;
  const [batch, rows] = asMatrices(a.shape);
  return device.run({
    inputs: { a, codes, scales, ...(zeros && { zeros }), ...(bias && { bias }) },
    uniforms: { n: int(n), k: int(k), blockSize: int(blockSize) },
    shape: [batch, rows, n],
    as: [...a.shape.slice(0, -1), n],
    functions: `
      ${scheme === 'nf4' ? `const float nf4[16] = float[16](${nf4.join(', ')});` : ''}
      float weight(int i) { return ${weightGlsl(scheme, weight)}; }
      float value(int b, int r, int c) {
        float sum = 0.0;
        for (int term = 0; term < k; term++) sum += a_(b, r, term) * weight(${transposed ? 'c * k + term' : 'term * n + c'});
        return sum${bias ? ' + bias_(0, 0, c)' : ''};
      }`,
  });
}
