import { readFileSync } from 'node:fs';
import { RandomStream } from '@ashlar/ops';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dequantizeAbsmax,
  dequantizeInt4,
  dequantizeInt8,
  dequantizeNf4,
  dynamicMap,
  quantizeInt4,
  quantizeInt8,
  quantizeNf4,
  type QuantizedAbsmax,
} from './index.js';

interface Vector {
  name: string;
  blockSize: number;
  values: number[];
  packed: number[];
  absmax: number[];
  dequantized: number[];
}

const fixture = JSON.parse(readFileSync(new URL('../test/fixtures/quantization.json', import.meta.url), 'utf8')) as {
  dynamicMap: number[];
  vectors: Vector[];
  outliers: { values: number[]; shape: number[]; threshold: number; codes: number[]; outlierColumns: number[]; absmax: number[] }; // prettier-ignore
  drawn: {
    seed: number;
    stream: string;
    shape: number[];
    int8: { codes: string; absmax: string };
    nf4: { packed: string; absmax: string; absmaxCodes: string; nestedAbsmax: string; offset: number };
    int4: { length: number; groupSize: number; packed: string; scales: string; zeros: string };
    dequantizedSums: { int8: number; nf4: number; int4: number };
  };
  relativeErrors: { shape: number[]; seed: number; stream: string; values: Record<string, number> };
};

const bytes = (values: ArrayBufferView) =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);

function drawn({ seed, stream, shape }: { seed: number; stream: string; shape: number[] }): Float32Array {
  return new RandomStream(seed, stream).normalArray(shape[0]! * shape[1]!, { mean: 0, std: 1 });
}

function relativeError(values: Float32Array, restored: Float32Array): number {
  let [error, scale] = [0, 0];
  values.forEach((value, i) => {
    error += (restored[i]! - value) ** 2;
    scale += value ** 2;
  });
  return Math.sqrt(error / scale);
}

describe('int8', () => {
  it('has the codes and scales of the reference, bit for bit', () => {
    const { shape, int8, dequantizedSums } = fixture.drawn;
    const quantized = quantizeInt8({ data: drawn(fixture.drawn), shape });
    expect(bytes(quantized.codes)).toBe(int8.codes);
    expect(bytes(quantized.absmax)).toBe(int8.absmax);
    expect(sum(dequantizeInt8(quantized))).toBe(dequantizedSums.int8);
  });

  it('leaves columns with outliers out, and rounds 63.5 to the even 64', () => {
    const { values, shape, threshold, ...expected } = fixture.outliers;
    const { codes, absmax, outlierColumns } = quantizeInt8({ data: Float32Array.from(values), shape }, { threshold });
    expect({ codes: [...codes], absmax: [...absmax], outlierColumns }).toEqual(expected);
  });

  it('keeps a row of zeros, and one too small to scale, at zero', () => {
    const quantized = quantizeInt8({ data: Float32Array.of(0, 0, 1e-42, -1e-42, 2, -1), shape: [3, 2] });
    expect([...quantized.codes]).toEqual([0, 0, 0, 0, 127, -64]);
    expect([...dequantizeInt8(quantized)].slice(0, 4)).toEqual([0, 0, 0, 0]);
  });

  it('is off by at most half a step, and quantizes its own result to the same codes', () => {
    const value = fc.float({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), (values) => {
        const data = Float32Array.from(values);
        const shape = [1, data.length];
        const quantized = quantizeInt8({ data, shape });
        const restored = dequantizeInt8(quantized);
        const half = (quantized.absmax[0]! / 254) * (1 + 1e-4);
        if (quantized.absmax[0]! > 1e-30)
          data.forEach((x, i) => expect(Math.abs(x - restored[i]!)).toBeLessThanOrEqual(half));
        expect(quantizeInt8({ data: restored, shape }).codes).toEqual(quantized.codes);
      }),
    );
  });
});

describe('NF4', () => {
  it.each(fixture.vectors)('has the codes of the reference, bit for bit: $name', (vector) => {
    const values = Float32Array.from(vector.values);
    const quantized = quantizeNf4(values, { blockSize: vector.blockSize, doubleQuantization: false });
    expect([...quantized.codes]).toEqual(vector.packed);
    expect(quantized.absmax).toEqual(Float32Array.from(vector.absmax));
    expect(dequantizeNf4(quantized)).toEqual(Float32Array.from(vector.dequantized));
  });

  it('quantizes its scales with the dynamic map, bit for bit', () => {
    expect(dynamicMap()).toEqual(Float32Array.from(fixture.dynamicMap));
    const values = drawn(fixture.drawn);
    const expected = fixture.drawn.nf4;
    const quantized = quantizeNf4(values);
    const absmax = quantized.absmax as QuantizedAbsmax;
    expect(bytes(quantized.codes)).toBe(expected.packed);
    expect(bytes(absmax.codes)).toBe(expected.absmaxCodes);
    expect(bytes(absmax.nestedAbsmax)).toBe(expected.nestedAbsmax);
    expect(absmax.offset).toBe(Math.fround(expected.offset));
    expect(bytes(quantizeNf4(values, { doubleQuantization: false }).absmax as Float32Array)).toBe(expected.absmax);
    expect(sum(dequantizeNf4(quantized))).toBe(fixture.drawn.dequantizedSums.nf4);
  });

  it('keeps a block of zeros at zero, with equal scales everywhere exact', () => {
    const values = new Float32Array(192).fill(0).fill(0.5, 64, 128);
    const plain = quantizeNf4(values, { doubleQuantization: false });
    expect(dequantizeNf4(plain)).toEqual(values);
    const equal = quantizeNf4(new Float32Array(256).fill(0.5));
    expect(dequantizeAbsmax(equal.absmax as QuantizedAbsmax)).toEqual(new Float32Array(4).fill(0.5));
    expect(dequantizeNf4(quantizeNf4(new Float32Array(100)))).toEqual(new Float32Array(100));
  });

  it('changes nothing the second time, without double quantization', () => {
    const value = fc.float({ min: -8, max: 8, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 80 }), fc.constantFrom(2, 16, 64), (values, blockSize) => {
        const options = { blockSize, doubleQuantization: false };
        const once = quantizeNf4(Float32Array.from(values), options);
        const twice = quantizeNf4(dequantizeNf4(once), options);
        expect(dequantizeNf4(twice)).toEqual(dequantizeNf4(once));
      }),
    );
  });
});

describe('int4', () => {
  it('has the codes, scales and zero points of the reference, bit for bit', () => {
    const { int4, dequantizedSums } = fixture.drawn;
    const quantized = quantizeInt4(drawn(fixture.drawn).subarray(0, int4.length), { groupSize: int4.groupSize });
    expect(bytes(quantized.codes)).toBe(int4.packed);
    expect(bytes(quantized.scales)).toBe(int4.scales);
    expect(bytes(quantized.zeros)).toBe(int4.zeros);
    expect(sum(dequantizeInt4(quantized))).toBe(dequantizedSums.int4);
  });

  it('keeps 0, also where all values lie on one side of it', () => {
    const { codes, scales, zeros } = quantizeInt4(Float32Array.of(0, 15, 7.5, 0, -30, -3), { groupSize: 4 });
    expect([[...codes], [...scales], [...zeros]]).toEqual([[0x0f, 0x80, 0x0d], [1, 2], [0, 15]]); // prettier-ignore
    expect(dequantizeInt4(quantizeInt4(new Float32Array(5)))).toEqual(new Float32Array(5));
  });
});

describe('what it costs', () => {
  const { shape, values } = fixture.relativeErrors;
  const data = drawn(fixture.relativeErrors);

  it('errors on normal values are those of the reference', () => {
    expect(relativeError(data, dequantizeInt8(quantizeInt8({ data, shape })))).toBeCloseTo(values['int8']!, 9);
    expect(values['int8']).toBeCloseTo(0.00789, 4);
    expect(relativeError(data, dequantizeNf4(quantizeNf4(data)))).toBeCloseTo(values['nf4-64-double']!, 9);
    for (const blockSize of [64, 256]) {
      const restored = dequantizeNf4(quantizeNf4(data, { blockSize, doubleQuantization: false }));
      expect(relativeError(data, restored)).toBeCloseTo(values[`nf4-${blockSize}`]!, 9);
    }
    expect(values['nf4-64']).toBeCloseTo(0.092, 3);
    expect(relativeError(data, dequantizeInt4(quantizeInt4(data)))).toBeCloseTo(values['int4-128']!, 9);
    expect(Math.abs(values['int4-128']! - 0.1006)).toBeLessThan(5e-4);
  });

  it('NF4 takes 4.5 bits a value, 4.127 with double quantization', () => {
    const plain = quantizeNf4(data, { doubleQuantization: false });
    expect((8 * (plain.codes.byteLength + (plain.absmax as Float32Array).byteLength)) / data.length).toBe(4.5);
    const { codes, absmax } = quantizeNf4(data);
    const { codes: inner, nestedAbsmax } = absmax as QuantizedAbsmax;
    const size = codes.byteLength + inner.byteLength + nestedAbsmax.byteLength + Float32Array.BYTES_PER_ELEMENT;
    expect((8 * size) / data.length).toBeCloseTo(4.127, 3);
  });
});

describe('what it refuses', () => {
  it.each([
    [() => quantizeInt8({ data: new Float32Array(5), shape: [2, 3] }), 'quantizeInt8: 5 values do not fill a matrix of shape [2,3]; expected [rows, columns]'], // prettier-ignore
    [() => quantizeInt8({ data: Float32Array.of(1, NaN), shape: [1, 2] }), 'quantizeInt8: element 1 is NaN; only finite values can be quantized'], // prettier-ignore
    [() => quantizeNf4(Float32Array.of(Infinity)), 'quantizeNf4: element 0 is Infinity; only finite values can be quantized'], // prettier-ignore
    [() => quantizeInt4(new Float32Array(4), { groupSize: 0 }), 'quantizeInt4: groupSize (0) must be a positive even number'], // prettier-ignore
    [() => quantizeNf4(new Float32Array(0)), 'quantizeNf4: there are no values'],
    [() => quantizeNf4(new Float32Array(4), { blockSize: 3 }), 'quantizeNf4: blockSize (3) must be a positive even number'], // prettier-ignore
  ])('%s', (act, sentence) => expect(act).toThrow(sentence));
});
