import { beforeAll, expect, test } from 'vitest';
import { philox4x32 } from '../../random/philox.js';
import { KernelTestMemory, largestDifference, numbers } from './kernel-test-memory.js';

let memory: KernelTestMemory;
const random = numbers(9);

beforeAll(async () => {
  memory = await KernelTestMemory.create(256);
});

/** Distribution function of the standard normal, by Simpson's rule on its density. */
function normalCdf(x: number): number {
  if (x < -14) return 0;
  const steps = 4000;
  const h = (x + 14) / steps;
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let total = density(-14) + density(x);
  for (let i = 1; i < steps; i++) total += density(-14 + i * h) * (i % 2 === 1 ? 4 : 2);
  return (total * h) / 3;
}
const tanhGelu = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const activations = [
  { kind: 1, name: 'gelu', value: (x: number) => x * normalCdf(x) },
  { kind: 2, name: 'gelu_new', value: tanhGelu },
  { kind: 3, name: 'relu', value: (x: number) => Math.max(x, 0) },
  { kind: 4, name: 'silu', value: (x: number) => x / (1 + Math.exp(-x)) },
];

test.each(activations)('$name and its gradient on [-8, 8] and in every tail', ({ kind, value }) => {
  for (const n of [1, 2, 3, 4, 5, 403]) {
    memory.reset();
    // odd multiples of 1/50: no sample on the kink of relu
    const x = Float32Array.from({ length: n }, (_, i) => (n < 9 ? i - 1.31 : 0.04 * (i - 201) + 0.02));
    const dy = random(n);
    const [px, pdy, py, pdx] = [
      memory.floatArray(x),
      memory.floatArray(dy),
      memory.floatArray(n),
      memory.floatArray(n),
    ];
    memory.kernels.activate(px, py, n, kind);
    memory.kernels.activate_grad(px, pdy, pdx, n, kind);
    memory.checkGuards(`${n} elements`);
    expect(largestDifference(memory.read(py, n), Array.from(x, value))).toBeLessThan(1e-6);
    const slope = Array.from(x, (at, i) => (dy[i]! * (value(at + 1e-4) - value(at - 1e-4))) / 2e-4);
    expect(largestDifference(memory.read(pdx, n), slope)).toBeLessThan(2e-6);
  }
});

test.each(activations)('$name at the extremes', ({ kind }) => {
  memory.reset();
  const x = memory.floatArray([NaN, Infinity, 100, -100, 0, 3e38, -3e38, 1e-40]);
  const y = memory.floatArray(8);
  memory.kernels.activate(x, y, 8, kind);
  const result = memory.read(y, 8);
  expect(result[0]).toBeNaN();
  expect(result[1]).toBe(Infinity);
  expect(result[2]).toBe(100);
  expect(result[3]).toBeCloseTo(0, 6);
  expect(result[4]).toBe(0);
  expect(result[5]).toBe(Math.fround(3e38));
});

test('dropout keeps what the counter says', () => {
  const [key0, key1, call, step, tag] = [0xfedcba98, 7, 3, 0x80000001, 0x64726f70];
  for (const n of [1, 2, 3, 4, 5, 15, 16, 17, 33, 1000])
    for (const rate of [0, 0.1, 0.5, 0.999]) {
      memory.reset();
      const x = random(n);
      const [px, py] = [memory.floatArray(x), memory.floatArray(n)];
      const stream = memory.intArray([key0, key1, call, step, tag]);
      const threshold = Math.floor(rate * 2 ** 32);
      memory.kernels.dropout(px, py, 0, n, threshold, 1 / (1 - rate), stream, memory.scratch(64));
      memory.checkGuards(`dropout of ${n}`);
      const y = memory.read(py, n);
      x.forEach((value, i) => {
        const word = philox4x32([i >> 2, call, step, tag], [key0, key1])[i & 3]!;
        const kept = Math.fround(value * Math.fround(1 / (1 - rate)));
        if (y[i] !== (word >= threshold ? kept : 0)) throw new Error(`element ${i} of ${n} at rate ${rate}: ${y[i]}`);
      });
    }
});

test('AdamW over a table of tensors, and the sum of squares', () => {
  const [rate, beta1, beta2, eps, scale] = [1e-3, 0.9, 0.95, 1e-8, 0.5];
  memory.reset();
  const sizes = [1, 2, 3, 4, 5, 7, 4099];
  const decays = sizes.map((_, i) => (i % 2 === 0 ? 0.1 : 0));
  const tensors = sizes.map((n) => ({ p: random(n), g: random(n), m: random(n), v: random(n).map(Math.abs) }));
  const addresses = tensors.map(({ p, g, m, v }) => [p, g, m, v].map((values) => memory.floatArray(values)));
  const table = memory.scratch(24 * sizes.length);
  const rows = new DataView(memory.memory.buffer, table);
  addresses.forEach((columns, i) => {
    columns.forEach((address, column) => rows.setUint32(24 * i + 4 * column, address, true));
    rows.setUint32(24 * i + 16, sizes[i]!, true);
    rows.setFloat32(24 * i + 20, decays[i]!, true);
  });
  const t = 3;
  const [stepSize, root] = [rate / (1 - beta1 ** t), Math.sqrt(1 - beta2 ** t)];
  memory.kernels.adamw(table, sizes.length, rate, stepSize, root, beta1, beta2, eps, scale);
  memory.checkGuards('AdamW');
  tensors.forEach(({ p, g, m, v }, i) => {
    const expected = Array.from(p, (value, j) => {
      const gradient = g[j]! * scale;
      const first = beta1 * m[j]! + (1 - beta1) * gradient;
      const second = beta2 * v[j]! + (1 - beta2) * gradient ** 2;
      return value * (1 - rate * decays[i]!) - (stepSize * first) / (Math.sqrt(second) / root + eps);
    });
    expect(largestDifference(memory.read(addresses[i]![0]!, p.length), expected)).toBeLessThan(3e-7);
    const squares = g.reduce((total, value) => total + value * value, 0);
    expect(memory.kernels.sum_squares(addresses[i]![1]!, g.length)).toBeCloseTo(squares, 3);
  });
});
