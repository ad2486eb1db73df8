import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { QuantizedAttrs, QuantizedTensors } from '../../contract/kernels.js';
import type { QuantizedProduct } from '../../gpu/quantized-linear.js';
import { NF4_CODES } from '../../ops/dequantize.js';
import { int, type Device } from '../device.js';
import { asMatrix } from './shapes.js';

/** Rows, columns and terms that a workgroup holds at a time. */
const tile = 16;

/** WGSL: a byte of a tensor that holds three an element, or one in a bool. */
const byteOf = (name: string, { dtype }: TensorInfo, i: string) =>
  dtype === 'bool' ? `${name}[${i}]` : `((${name}[(${i}) / 3] >> u32(8 * ((${i}) % 3))) & 255)`;

/** WGSL: element `i` of the weight. */
function weightWgsl(scheme: QuantizedAttrs['scheme'], { codes, zeros }: QuantizedTensors): string {
  const scale = 'scales[i / u.blockSize]';
  if (scheme === 'int8') return `f32(${byteOf('codes', codes, 'i')} - 127) * ${scale} * (1.0 / 127.0)`;
  const code = `((${byteOf('codes', codes, 'i / 2')} >> select(0u, 4u, i % 2 == 0)) & 15)`;
  if (scheme === 'nf4') return `nf4[${code}] * ${scale}`;
  return `f32(${code} - ${byteOf('zeros', zeros!, 'i / u.blockSize')}) * ${scale}`;
}

/** Codes are unpacked tile by tile. */
export function multiplyQuantized(device: Device, product: QuantizedProduct): TensorInfo {
  const { a, n, k, weight, scheme, blockSize, transposed, bias } = product;
  const { codes, scales, zeros } = weight;
  const { rows } = asMatrix(a.shape);
  const y = device.output([...a.shape.slice(0, -1), n]);
  device.run({
    name: 'AshlarQuantizedLinear',
    variant: `${scheme} ${transposed} ${codes.dtype} ${zeros?.dtype}`,
    inputs: { a, codes, scales, ...(zeros && { zeros }), ...(bias && { bias }) },
    outputs: { y },
    uniforms: { rows: int(rows), n: int(n), k: int(k), blockSize: int(blockSize) },
    size: tile * tile,
    groups: Math.ceil(rows / tile) * Math.ceil(n / tile),
    functions: `
      const nf4 = array<f32, 16>(${NF4_CODES.join(', ')});
      fn weight(i: i32) -> f32 { return ${weightWgsl(scheme, weight)}; }
      var<workgroup> left: array<f32, ${tile * tile}>; // [row, term]
      var<workgroup> right: array<f32, ${tile * tile}>; // [column, term]`,
    main: `
      let across = (u.n + ${tile - 1}) / ${tile};
      let down = lane / ${tile};
      let beside = lane % ${tile};
      let row = (group / across) * ${tile} + down;
      let first = (group % across) * ${tile};
      let column = first + beside;
      var sum = 0.0;
      for (var start = 0; start < u.k; start += ${tile}) {
        let term = start + beside;
        left[lane] = 0.0;
        right[lane] = 0.0;
        if (term < u.k && row < u.rows) { left[lane] = a[row * u.k + term]; }
        let other = first + down;
        if (term < u.k && other < u.n) { right[lane] = weight(${transposed ? 'other * u.k + term' : 'term * u.n + other'}); }
        workgroupBarrier();
        for (var i = 0; i < ${tile}; i++) { sum += left[down * ${tile} + i] * right[beside * ${tile} + i]; }
        workgroupBarrier();
      }
      if (row < u.rows && column < u.n) { y[row * u.n + column] = sum${bias ? ' + bias[column]' : ''}; }`,
  });
  return y;
}
