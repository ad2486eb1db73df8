import { fromHost, hostStateDict, initialize, Linear, loadStateDict, parameters, stateDict } from '@ashlar/nn';
import { checkpointed, RandomStream, useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { expectClose, expectGradients, expectNoLeaks } from '@ashlar/ops/testing';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withoutBytes } from '../test/without-bytes.js';
import {
  dequantizeInt4,
  dequantizeInt8,
  dequantizeNf4,
  Int4Weight,
  Int8Weight,
  Nf4Weight,
  QuantizedLinear,
  quantizeInt4,
  quantizeInt8,
  quantizeNf4,
  type Matrix,
  type QuantizedWeight,
} from './index.js';

const draw = (name: string, ...shape: number[]): Matrix => ({
  data: new RandomStream(7, name).normalArray(
    shape.reduce((a, b) => a * b, 1),
    { mean: 0, std: 1 },
  ),
  shape,
});
const tensor = ({ data, shape }: Matrix) => fromHost({ dtype: 'float32', shape: [...shape], data });

const schemes: { name: string; make: (matrix: Matrix) => QuantizedWeight; host: (matrix: Matrix) => Float32Array }[] = [
  { name: 'int8', make: (m) => new Int8Weight(m), host: (m) => dequantizeInt8(quantizeInt8(m)) },
  { name: 'nf4', make: (m) => new Nf4Weight(m), host: (m) => dequantizeNf4(quantizeNf4(m.data)) },
  {
    name: 'nf4 in blocks of 128, plain scales',
    make: (m) => new Nf4Weight(m, { blockSize: 128, doubleQuantization: false }),
    host: (m) => dequantizeNf4(quantizeNf4(m.data, { blockSize: 128, doubleQuantization: false })),
  },
  { name: 'int4', make: (m) => new Int4Weight(m), host: (m) => dequantizeInt4(quantizeInt4(m.data)) },
];

/** `x weight^T + bias` in float64, `[rows, out]`. */
const product = (x: Matrix, weight: Float32Array, bias: Float32Array): Float64Array => {
  const [rows, width] = x.shape as [number, number];
  return new Float64Array(rows * bias.length).map((_, i) => {
    const [row, out] = [Math.floor(i / bias.length) * width, (i % bias.length) * width];
    let sum = bias[i % bias.length]!;
    for (let k = 0; k < width; k++) sum += x.data[row + k]! * weight[out + k]!;
    return sum;
  });
};

for (const backend of [cpu(), withoutBytes(), wasm()])
  describe.each(schemes)(`$name on ${backend.name}`, ({ make, host }) => {
    beforeAll(() => useBackend(backend));
    beforeEach(() => tf.engine().startScope());
    afterEach(() => tf.engine().endScope());

    // 5 x 7 is odd and less than a block; 67 x 255 has 267 blocks, the last one short, in two groups
    it.each([
      [5, 7],
      [67, 255],
    ])('is a Linear with the dequantized weights, bit for bit: [%i, %i]', async (out, inputs) => {
      const matrix = draw('weight', out, inputs);
      using plain = new Linear(inputs, out);
      const bias = draw('bias', out);
      loadStateDict(plain, new Map([
        ['weight', { dtype: 'float32', shape: [out, inputs], data: host(matrix) }],
        ['bias', { dtype: 'float32', shape: [out], data: bias.data }],
      ])); // prettier-ignore
      using quantized = new QuantizedLinear(make(matrix), tf.variable(tensor(bias), false));
      expect([quantized.inFeatures, quantized.outFeatures]).toEqual([inputs, out]);
      const weight = quantized.weight.dequantize();
      expect(await weight.data()).toEqual(host(matrix));
      for (const shape of [[1], [2], [2, 3], [8], [3, 3]]) {
        const x = draw('x', ...shape, inputs);
        const [y, expected] = [quantized.forward(tensor(x)), plain.forward(tensor(x))];
        expect(y.shape).toEqual([...shape, out]);
        const rows = shape.reduce((a, b) => a * b, 1);
        // up to eight rows, as in decoding, wasm multiplies codes and scales the sums: another rounding, no larger one
        if (backend.name !== 'wasm' || rows > 8) expect(await y.data()).toEqual(await expected.data());
        const exact = product({ data: x.data, shape: [rows, inputs] }, host(matrix), bias.data);
        for (const values of [y, expected]) await expectClose(values, exact, { tolerance: 1.5e-6 });
      }
    });

    it('lets the gradient through to x, and trains nothing itself', async () => {
      using quantized = new QuantizedLinear(make(draw('weight', 9, 6)));
      const x = tensor(draw('x', 2, 4, 6));
      await expectGradients((input) => quantized.forward(input), [x]);
      const gradient = (f: (input: tf.Tensor) => tf.Tensor) =>
        tf
          .grad((input) => tf.square(f(input)))(x)
          .data();
      const again = checkpointed((input) => quantized.forward(input!));
      expect(await gradient(again)).toEqual(await gradient((input) => quantized.forward(input)));
      expect(parameters(quantized).size).toBe(0);
    });

    it('saves and loads through its state, in at most 24 bits an element', async () => {
      using saved = new QuantizedLinear(make(draw('weight', 9, 30)));
      using loaded = new QuantizedLinear(make({ data: new Float32Array(270), shape: [9, 30] }));
      const state = await hostStateDict(saved);
      for (const { dtype, data } of state.values())
        if (dtype === 'int32') expect(data.every((value) => value >= 0 && value < 2 ** 24)).toBe(true);
      loadStateDict(loaded, state);
      const x = tensor(draw('x', 4, 30));
      expect(await loaded.forward(x).data()).toEqual(await saved.forward(x).data());
      expect([...stateDict(loaded).values()].some(({ trainable }) => trainable)).toBe(false);
    });

    it('leaks nothing', async () => {
      const x = tensor(draw('x', 3, 30));
      await expectNoLeaks(async () => {
        using quantized = new QuantizedLinear(make(draw('weight', 8, 30)));
        const y = quantized.forward(x);
        const gradient = tf.grad((input) => quantized.forward(input))(x);
        await gradient.data();
        tf.dispose([y, gradient]);
      });
    });

    it('as the base of a low-rank update, only the update learns', async () => {
      using base = new QuantizedLinear(make(draw('weight', 6, 8)));
      using update = initialize(new Linear(8, 6, { bias: false }), { seed: 1 });
      const x = tensor(draw('x', 5, 8));
      await expectGradients(() => tf.add(base.forward(x), update.forward(x)), [update.weight]);
    });
  });

it.each(schemes)(
  '$name: the state is the same on every backend, and one saved on one loads on the others',
  async ({ make }) => {
    const x = draw('x', 9, 30);
    const found = [];
    for (const backend of [cpu(), withoutBytes(), wasm()]) {
      await useBackend(backend);
      using saved = new QuantizedLinear(make(draw('weight', 7, 30)));
      using loaded = new QuantizedLinear(make({ data: new Float32Array(210), shape: [7, 30] }));
      const state = found[0]?.state ?? (await hostStateDict(saved));
      loadStateDict(loaded, state);
      const [input, codes] = [tensor(x), stateDict(saved).get('weight.codes')!];
      const y = loaded.forward(input);
      found.push({ state: await hostStateDict(loaded), y: await y.data(), bytes: codes.dtype === 'bool' });
      tf.dispose([input, y]);
    }
    expect(found.map(({ bytes }) => bytes)).toEqual([true, false, true]);
    for (const { state, y } of found) {
      expect(state).toEqual(found[0]!.state);
      await expectClose(y, found[0]!.y, { tolerance: 1.5e-6 });
    }
  },
);
