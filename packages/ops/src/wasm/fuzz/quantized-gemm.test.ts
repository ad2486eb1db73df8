import { beforeAll, expect, test } from 'vitest';
import { KernelTestMemory, largestDifference, numbers } from './kernel-test-memory.js';

let memory: KernelTestMemory;
const random = numbers(9);

beforeAll(async () => {
  memory = await KernelTestMemory.create(256);
});

const kinds = [
  ['int8', 0],
  ['nf4', 1],
  ['int4', 2],
] as const;

/** Largest difference between the product with `codes` and gemm's with the same weights in float32. */
function difference(kind: number, [m, n, k]: number[], block: number, transposed: boolean): number {
  memory.reset();
  const [rows, columns] = transposed ? [n!, k!] : [k!, n!];
  const size = kind === 0 ? columns : block;
  const blocks = Math.ceil((rows * columns) / size);
  const bytes = Uint8Array.from(random(kind === 0 ? rows * columns : (blocks * size) / 2), (x) => 127.4 * (x + 1));
  const zeros = Uint8Array.from(random(blocks), (x) => 8 * (x + 1));
  const [a, scales, bias] = [random(m! * k!), random(blocks), random(n!)];
  const [pcodes, pzeros] = [memory.byteArray(bytes), kind === 2 ? memory.byteArray(zeros) : 0];
  const [pa, pscales, pbias] = [memory.floatArray(a), memory.floatArray(scales), memory.floatArray(bias)];
  const [actual, expected, identity] = [m! * n!, m! * n!, rows * columns].map((length) => memory.floatArray(length));
  // the weights themselves: the product with a matrix of ones on the diagonal
  const ones = new Float32Array(rows * rows).map((_, i) => Number(i % (rows + 1) === 0));
  const pones = memory.floatArray(ones);
  const { kernels } = memory;
  const weight = [pcodes, pscales, pzeros, kind, size] as const;
  const scratch = memory.scratch(
    Math.max(
      kernels.quantized_gemm_scratch(m!, n!, k!),
      kernels.quantized_gemm_scratch(rows, columns, rows),
      kernels.gemm_scratch(m!, n!, k!),
    ),
  );
  kernels.quantized_gemm(pones, ...weight, 0, identity!, rows, columns, rows, 0, 0, columns, scratch);
  kernels.quantized_gemm(pa, ...weight, pbias, actual!, m!, n!, k!, Number(transposed), 0, n!, scratch);
  kernels.gemm(pa, identity!, pbias, expected!, 1, 0, 0, m!, n!, k!, 0, Number(transposed), scratch);
  memory.checkGuards('quantized gemm');
  return largestDifference(memory.read(actual!, m! * n!), memory.read(expected!, m! * n!));
}

test.each(kinds)('a product with %s weights is that of float32 weights', (_, kind) => {
  for (const [m, n, k] of [
    [1, 1, 2],
    [1, 9, 50],
    [1, 11, 51],
    [1, 7, 96],
    [6, 5, 24],
    [7, 7, 7],
    [13, 300, 31],
    [130, 12, 65],
    [9, 33, 520],
  ] as const)
    for (const block of [2, 14, 64])
      for (const transposed of [true, false]) expect(difference(kind, [m, n, k], block, transposed)).toBeLessThan(2e-5);
  // long sums, added up in another order; weights of int4 reach 15 where the others reach 1
  for (const k of [1536, 3099, 4000])
    expect(difference(kind, [1, 5, k], 64, true)).toBeLessThan(kind === 2 ? 6e-4 : 5e-5);
});

test('few rows with int8 weights', () => {
  for (const k of [1, 2, 3, 5, 6, 11, 24, 49, 128])
    for (const n of [1, 2, 3, 4, 7, 12, 13, 25, 30])
      for (const m of [1, 2, 3, 8]) expect(difference(0, [m, n, k], 64, true)).toBeLessThan(2e-5);
  for (const k of [767, 768, 769, 1537]) expect(difference(0, [3, 14, k], 64, true)).toBeLessThan(5e-5);
});

test('sums of the largest integers that int8 codes and elements become do not overflow', () => {
  const [n, k] = [7, 4113];
  // beside an element of 1 these leave all that is left to the low bits, up to either end of their range
  const unit = 1 / 32600;
  const rows = [
    (i: number) => (i === 0 ? 1 : 0.999),
    (i: number) => (i === 0 ? -1 : (32599 + 0.499) * unit),
    (i: number) => (i === 0 ? 1 : (i % 2 === 0 ? 0.499 : -0.499) * unit),
    (i: number) => (i === 0 ? 1 : (i % 2 === 0 ? -4.499 : 4) * unit),
  ].map((element) => Float32Array.from({ length: k }, (_, i) => element(i)));
  const byte = (row: number, i: number) => [0, 254, 127, 254 * (i % 2), 254 * ((i + 1) % 2), i % 255, 254 - 253 * (i % 2)][row]!; // prettier-ignore
  memory.reset();
  const codes = Uint8Array.from({ length: n * k }, (_, i) => byte(Math.floor(i / k), i % k));
  const [px, pcodes] = [memory.floatArray(rows.flatMap((row) => [...row])), memory.byteArray(codes)];
  const [pscales, out] = [memory.floatArray(new Float32Array(n).fill(127)), memory.floatArray(4 * n)];
  const scratch = memory.scratch(memory.kernels.quantized_gemm_scratch(4, n, k));
  memory.kernels.quantized_gemm(px, pcodes, pscales, 0, 0, k, 0, out, 4, n, k, 1, 0, n, scratch);
  memory.checkGuards('quantized gemm');
  memory.read(out, 4 * n).forEach((value, i) => {
    const [x, row] = [rows[Math.floor(i / n)]!, i % n];
    const exact = x.reduce((sum, element, at) => sum + element * (codes[row * k + at]! - 127), 0);
    const largest = x.reduce((sum, _, at) => sum + Math.abs(codes[row * k + at]! - 127), 0);
    expect(Math.abs(value - exact)).toBeLessThan(2e-7 * Math.max(largest, 127));
  });
});

test('an int8 weight at the very end of the memory is not read past it', () => {
  const end = memory.memory.buffer.byteLength;
  for (const [m, n, k] of [
    [1, 1, 1],
    [1, 5, 4],
    [2, 13, 31],
    [1, 9, 24],
    [1, 4, 3],
  ] as const) {
    memory.reset();
    const [x, scales, out] = [memory.floatArray(random(m * k)), memory.floatArray(random(n)), memory.floatArray(m * n)];
    const scratch = memory.scratch(memory.kernels.quantized_gemm_scratch(m, n, k));
    const codes = end - n * k;
    memory.kernels.quantized_gemm(x, codes, scales, 0, 0, k, 0, out, m, n, k, 1, 0, n, scratch);
    memory.checkGuards('quantized gemm');
  }
});

test('of few rows only one is huge', () => {
  memory.reset();
  const [n, k] = [5, 30];
  const x = random(3 * k).map((element, i) => (i === k + 4 ? 1e35 : element));
  const bytes = Uint8Array.from({ length: n * k }, (_, i) => (i * 7919) & 0x7f);
  const scales = random(n);
  const [px, pcodes, pscales] = [memory.floatArray(x), memory.byteArray(bytes), memory.floatArray(scales)];
  const [together, alone] = [memory.floatArray(3 * n), memory.floatArray(n)];
  const scratch = memory.scratch(memory.kernels.quantized_gemm_scratch(3, n, k));
  memory.kernels.quantized_gemm(px, pcodes, pscales, 0, 0, k, 0, together, 3, n, k, 1, 0, n, scratch);
  for (let row = 0; row < 3; row++) {
    memory.kernels.quantized_gemm(px + 4 * row * k, pcodes, pscales, 0, 0, k, 0, alone, 1, n, k, 1, 0, n, scratch);
    expect(memory.read(together + 4 * row * n, n)).toEqual(memory.read(alone, n));
  }
  memory.checkGuards('quantized gemm');
});

test.each([NaN, Infinity, 1e35, 1e-35, 0])('one row with %s among its elements', (value) => {
  memory.reset();
  const k = 48;
  const x = random(k).map((element, i) => (i === 7 ? value : value === 0 || value === 1e-35 ? value : element));
  const [px, pscale] = [memory.floatArray(x), memory.floatArray([2])];
  const pcodes = memory.byteArray(new Uint8Array(k).fill(130)); // all weights are 6 / 127
  const out = memory.floatArray(1);
  const scratch = memory.scratch(memory.kernels.quantized_gemm_scratch(1, 1, k));
  memory.kernels.quantized_gemm(px, pcodes, pscale, 0, 0, k, 0, out, 1, 1, k, 1, 0, 1, scratch);
  memory.checkGuards('quantized row');
  const expected = x.reduce((sum, element) => sum + (element * 6) / 127, 0);
  const [actual] = memory.read(out, 1);
  if (Number.isFinite(expected)) expect(Math.abs(actual! - expected)).toBeLessThanOrEqual(2e-6 * Math.abs(expected));
  else expect(actual).toBe(expected);
});
