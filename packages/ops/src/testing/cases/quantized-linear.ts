import { quantizedLinear, type QuantizedMatrix } from '../../ops/quantized-linear.js';
import { floats, indices, ints, normal, type Host } from '../host.js';
import type { OpCase } from './case.js';

interface Variant {
  name: string;
  scheme: QuantizedMatrix['scheme'];
  x: number[];
  out: number;
  /** Of the schemes with blocks. */
  blockSize?: number;
  bias?: boolean;
  scales?: number[];
}

/** How bytes lie in a tensor: each in a bool, or three in an int32. */
type Form = 'bool' | 'int32';

const nf4 =
  '-1 -0.6961928009986877 -0.5250730514526367 -0.39491748809814453 -0.28444138169288635 -0.18477343022823334 -0.09105003625154495 0 0.07958029955625534 0.16093020141124725 0.24611230194568634 0.33791524171829224 0.44070982933044434 0.5626170039176941 0.7229568362236023 1'
    .split(' ')
    .map(Number);

const pack = (bytes: ArrayLike<number>, form: Form): Host => {
  const at = (i: number) => bytes[i] ?? 0;
  const size = Math.ceil(bytes.length / 3);
  if (form === 'bool')
    return {
      ...ints(
        [3 * size],
        Array.from({ length: 3 * size }, (_, i) => at(i)),
      ),
      dtype: 'bool',
    };
  return ints(
    [size],
    Array.from({ length: size }, (_, i) => at(3 * i) + 256 * at(3 * i + 1) + 65536 * at(3 * i + 2)),
  );
};
const byteAt = ({ values, dtype }: Host, i: number) =>
  dtype === 'bool' ? values[i]! : (values[Math.floor(i / 3)]! >> (8 * (i % 3))) & 255;

function weight64({ scheme }: Variant, x: Record<string, Host>, size: number, i: number): number {
  const [block, scale] = [Math.floor(i / size), x.scales!.values[Math.floor(i / size)]!];
  if (scheme === 'int8') return ((byteAt(x.codes!, i) - 127) * scale) / 127;
  const code = (byteAt(x.codes!, i >> 1) >> (i % 2 === 0 ? 4 : 0)) & 15;
  return scheme === 'nf4' ? nf4[code]! * scale : (code - byteAt(x.zeros!, block)) * scale;
}

function quantizedLinearCase(v: Variant, form: Form): OpCase {
  const name = `quantizedLinear ${v.scheme}, ${v.name}${form === 'int32' ? ', three bytes in an int32' : ''}`;
  const width = v.x.at(-1)!;
  const size = v.scheme === 'int8' ? width : v.blockSize!;
  const blocks = Math.ceil((v.out * width) / size);
  const bytes = v.scheme === 'int8' ? v.out * width : (blocks * size) / 2;
  return {
    name,
    inputs: {
      x: normal(name, v.x),
      codes: pack(indices(`${name} codes`, [bytes], v.scheme === 'int8' ? 255 : 256).values, form),
      scales: v.scales ? floats([blocks], v.scales) : normal(`${name} scales`, [blocks]),
      ...(v.scheme === 'int4' && { zeros: pack(indices(`${name} zeros`, [blocks], 16).values, form) }),
      ...(v.bias && { bias: normal(`${name} bias`, [v.out]) }),
    },
    run: ({ x, codes, scales, zeros, bias }) =>
      quantizedLinear(
        x!,
        {
          ...{ codes: codes!, scales: scales!, scheme: v.scheme, shape: [v.out, width], blockSize: size },
          ...(zeros && { zeros }),
        },
        bias,
      ),
    float64(x) {
      const weights = new Float64Array(v.out * width).map((_, i) => weight64(v, x, size, i));
      const values = x.x!.values;
      return new Float64Array((values.length / width) * v.out).map((_, i) => {
        const [row, column] = [Math.floor(i / v.out), i % v.out];
        let sum = x.bias?.values[column] ?? 0;
        for (let k = 0; k < width; k++) sum += values[row * width + k]! * weights[column * width + k]!;
        return sum;
      });
    },
    shape: [...v.x.slice(0, -1), v.out],
    gradients: ['x'],
  };
}

const variants: Variant[] = [
  { name: '[2, 3, 7] to 5', scheme: 'int8', x: [2, 3, 7], out: 5, bias: true },
  { name: '[1] to 1', scheme: 'int8', x: [1], out: 1 },
  { name: 'one row of 50 to 13', scheme: 'int8', x: [1, 50], out: 13 },
  { name: 'one row of 54 to 5', scheme: 'int8', x: [54], out: 5, bias: true },
  { name: '[9, 31] to 37', scheme: 'int8', x: [9, 31], out: 37 },
  { name: 'large and no scales', scheme: 'int8', x: [7, 12], out: 3, scales: [1e15, 0, 1e-15] },
  { name: '[2, 3, 7] to 5 in blocks of 8', scheme: 'nf4', x: [2, 3, 7], out: 5, blockSize: 8, bias: true },
  { name: 'one row of 50 to 13', scheme: 'nf4', x: [1, 50], out: 13, blockSize: 64 },
  { name: '[9, 31] to 37', scheme: 'nf4', x: [9, 31], out: 37, blockSize: 64 },
  { name: '[8, 13] to 11 in blocks of 16', scheme: 'int4', x: [8, 13], out: 11, blockSize: 16, bias: true },
  { name: 'one row of 30 to 9', scheme: 'int4', x: [30], out: 9, blockSize: 32 },
];

export const quantizedLinearCases: OpCase[] = (['bool', 'int32'] as const).flatMap((form) =>
  variants.map((variant) => quantizedLinearCase(variant, form)),
);
