import { quantizedLinear } from '@ashlar/ops';
import { dequantizeInt8, dequantizeNf4, Int8Weight, Nf4Weight, quantizeInt8, quantizeNf4 } from '@ashlar/quantization';
import * as tf from '@tensorflow/tfjs-core';
import type { Case } from '../case.js';
import { matMul64 } from '../float64.js';
import { compare, normals, sumTolerance } from '../host.js';

const schemes = {
  int8: {
    dtype: 'i8',
    bytes: (values: number, out: number) => values + 4 * out,
    store: (data: Float32Array, shape: number[]) => new Int8Weight({ data, shape }),
    restore: (data: Float32Array, shape: number[]) => dequantizeInt8(quantizeInt8({ data, shape })),
  },
  nf4: {
    dtype: 'i4',
    bytes: (values: number) => values / 2 + values / 16,
    store: (data: Float32Array, shape: number[]) => new Nf4Weight({ data, shape }, { doubleQuantization: false }),
    restore: (data: Float32Array) => dequantizeNf4(quantizeNf4(data, { doubleQuantization: false })),
  },
} as const;

function linear(scheme: keyof typeof schemes, rows: number, inner: number, out: number): Case {
  const { dtype, bytes, store, restore } = schemes[scheme];
  const work = `quantizedLinear.${scheme}.${rows}x${inner}x${out}`;
  return {
    work,
    group: 'quantized',
    dtype,
    params: { scheme, rows, in: inner, out },
    flops: 2 * rows * inner * out,
    bytes: bytes(inner * out, out),
    prepare() {
      const shape = [out, inner];
      const [x, w] = [normals(`${work}/x`, [rows, inner]), normals(`${work}/weight`, shape)];
      const weight = store(w, shape);
      const input = tf.tensor(x, [rows, inner]);
      const product = { rows, inner, columns: out, transposeB: true };
      const expected = matMul64(x, restore(w, shape), product);
      const matrix = weight.matrix();
      return {
        inputs: [x, w],
        run: () => [quantizedLinear(input, matrix)],
        check: async ([y]) =>
          compare(
            'the product with the dequantized weight in float64',
            [[await y!.data(), expected]],
            sumTolerance(inner),
          ),
        dispose() {
          input.dispose();
          weight.dispose();
        },
      };
    },
  };
}

export const quantized: readonly Case[] = [
  linear('int8', 1, 768, 3072),
  linear('int8', 64, 768, 3072),
  linear('nf4', 1, 768, 3072),
  linear('nf4', 64, 768, 3072),
];
