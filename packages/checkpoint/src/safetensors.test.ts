import { readFileSync } from 'node:fs';
import type { HostTensor } from '@ashlar/nn';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from './index.js';

interface Case {
  file: string;
  metadata: Record<string, string> | null;
  tensors: Record<string, { shape: number[]; values: (number | boolean | string)[] }>;
}

const fixture = JSON.parse(readFileSync(new URL('../test/fixtures/safetensors.json', import.meta.url), 'utf8')) as {
  cases: Record<string, Case>;
};
const testCase = (name: string) => fixture.cases[name]!;
const fileOf = (name: string) => new Uint8Array(Buffer.from(testCase(name).file, 'base64'));
const float32 = (...values: number[]): HostTensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});

describe("files of Python's safetensors", () => {
  it.each(Object.keys(fixture.cases))('%s: reads every value', (name) => {
    const { tensors, metadata } = decodeSafetensors(fileOf(name));
    expect(metadata).toEqual(testCase(name).metadata ?? {});
    expect([...tensors.keys()].sort()).toEqual(Object.keys(testCase(name).tensors).sort());
    for (const [path, { shape, values }] of Object.entries(testCase(name).tensors)) {
      const { data, ...tensor } = tensors.get(path)!;
      expect(tensor.shape).toEqual(shape);
      const words: Record<string, number> = { nan: NaN, inf: Infinity, '-inf': -Infinity };
      const expected = values.map((value) => (typeof value === 'string' ? words[value]! : Number(value)));
      expect([...data], path).toEqual(tensor.dtype === 'float32' ? expected.map(Math.fround) : expected);
    }
  });

  it.each(['written', 'no metadata'])('%s: ours has the same bytes', (name) => {
    const { tensors } = decodeSafetensors(fileOf(name));
    const shuffled = new Map([...tensors].reverse());
    expect(encodeSafetensors(shuffled, { metadata: testCase(name).metadata ?? undefined })).toEqual(fileOf(name));
  });

  it('bytes that stand for integers have the same bytes as uint8', () => {
    const { tensors } = decodeSafetensors(fileOf('bytes'));
    const codes = tensors.get('codes')!;
    expect(codes).toEqual({ dtype: 'int32', shape: [3], data: Int32Array.of(0, 7, 255) });
    tensors.set('codes', { ...codes, data: Uint8Array.from(codes.data) });
    expect(encodeSafetensors(tensors)).toEqual(fileOf('bytes'));
  });

  it.each(['F16', 'BF16'] as const)('%s: rounds as torch does', (floatDtype) => {
    const source = decodeSafetensors(fileOf(floatDtype)).tensors.get('source')!;
    const x = decodeSafetensors(fileOf(floatDtype)).tensors.get('x')!;
    const ours = encodeSafetensors(new Map([['x', source]]), { floatDtype });
    expect(decodeSafetensors(ours).tensors.get('x')).toEqual(x);
    expect(ours.length).toBe(64 + 8 + 2 * source.data.length);
  });
});

describe('encodeSafetensors', () => {
  const tensor = fc.oneof(
    fc.float32Array({ maxLength: 9 }).map((data): HostTensor => ({ dtype: 'float32', shape: [data.length], data })),
    fc.int32Array({ maxLength: 9 }).map((data): HostTensor => ({ dtype: 'int32', shape: [1, data.length], data })),
    fc
      .uint8Array({ maxLength: 9, max: 1 })
      .map((data): HostTensor => ({ dtype: 'bool', shape: [data.length, 1], data })),
  );
  const name = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__metadata__');

  it('is undone by decodeSafetensors, for any names and values', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, tensor)), (entries) => {
        const tensors = new Map(entries);
        const file = encodeSafetensors(tensors);
        expect(new DataView(file.buffer).getUint32(0, true) % 8).toBe(0);
        expect(decodeSafetensors(file).tensors).toEqual(tensors);
      }),
    );
  });

  it('copies: neither side changes the other', () => {
    const data = new Float32Array([1, 2]);
    const file = encodeSafetensors(new Map([['a', { dtype: 'float32', shape: [2], data }]]));
    const read = decodeSafetensors(file).tensors.get('a')!;
    data[0] = 9;
    file.fill(0);
    expect([...read.data]).toEqual([1, 2]);
  });

  it('writes a view into a larger buffer', () => {
    const data = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
    const file = encodeSafetensors(new Map([['a', { dtype: 'float32', shape: [2], data }]]));
    expect([...decodeSafetensors(file).tensors.get('a')!.data]).toEqual([2, 3]);
  });

  it('reads a file that starts at an odd byte of its buffer', () => {
    const file = encodeSafetensors(new Map([['a', float32(1, 2)]]));
    const odd = new Uint8Array(file.length + 1);
    odd.set(file, 1);
    expect(decodeSafetensors(odd.subarray(1)).tensors.get('a')).toEqual(float32(1, 2));
  });

  it('refuses what no file can hold', () => {
    const wrong = { dtype: 'float32' as const, shape: [3], data: new Float32Array(2) };
    expect(() => encodeSafetensors(new Map([['a', wrong]]))).toThrow(
      'safetensors: a has the shape [3], 3 values, but 2 are given',
    );
    expect(() => encodeSafetensors(new Map([['__metadata__', float32(1)]]))).toThrow('cannot be called __metadata__');
    expect(() => encodeSafetensors(new Map([['a', float32(70000)]]), { floatDtype: 'F16' })).toThrow(
      'safetensors: a holds 70000, too large for F16',
    );
  });
});
