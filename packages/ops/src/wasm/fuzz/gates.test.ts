import { beforeAll, expect, test } from 'vitest';
import { KernelTestMemory, largestDifference, numbers } from './kernel-test-memory.js';

let memory: KernelTestMemory;
const random = numbers(11);
const widths = [1, 2, 3, 4, 5, 7, 8, 9, 17, 64, 129];

beforeAll(async () => {
  memory = await KernelTestMemory.create(256);
});

const silu = (x: number) => x / (1 + Math.exp(-x));

test.each(widths)('SwiGLU of rows of %i, apart and packed', (n) => {
  const rows = 3;
  for (const packed of [false, true]) {
    memory.reset();
    const pitch = packed ? 2 * n : n;
    const [gates, ups, dy] = [random(rows * pitch), random(rows * pitch), random(rows * n)];
    const gate = memory.floatArray(gates);
    const up = packed ? gate + 4 * n : memory.floatArray(ups);
    const [pdy, y, dgate] = [memory.floatArray(dy), memory.floatArray(rows * n), memory.floatArray(rows * pitch)];
    const dup = packed ? dgate + 4 * n : memory.floatArray(rows * n);
    memory.kernels.swiglu(gate, up, y, rows, n, pitch);
    memory.kernels.swiglu_grad(gate, up, pdy, dgate, dup, rows, n, pitch);
    memory.checkGuards(`SwiGLU of ${n}`);
    const at = (row: number, i: number) => row * pitch + i;
    const [expected, expectedGate] = [new Float64Array(rows * n), new Float64Array(rows * n)];
    const found = memory.read(dgate, rows * pitch);
    for (let r = 0; r < rows; r++)
      for (let i = 0; i < n; i++) {
        const g = gates[at(r, i)]!;
        const u = packed ? gates[at(r, i) + n]! : ups[at(r, i)]!;
        const s = 1 / (1 + Math.exp(-g));
        expected[r * n + i] = silu(g) * u;
        expectedGate[r * n + i] = dy[r * n + i]! * u * s * (1 + g * (1 - s));
      }
    expect(largestDifference(memory.read(y, rows * n), expected)).toBeLessThan(1e-6);
    const gateOnly = Float32Array.from(expectedGate, (_, i) => found[at(Math.floor(i / n), i % n)]!);
    expect(largestDifference(gateOnly, expectedGate)).toBeLessThan(1e-6);
  }
});

test.each(widths)('rotary embeddings of %i pairs turn back to what they were', (pairs) => {
  const [rows, heads, positions] = [3, 2, 5];
  for (const rest of [0, 3])
    for (const interleaved of [0, 1]) {
      memory.reset();
      const headDim = 2 * pairs + rest;
      const x = random(rows * heads * headDim);
      const angles = random(positions * pairs);
      const [px, y, back] = [memory.floatArray(x), memory.floatArray(x.length), memory.floatArray(x.length)];
      const [cos, sin] = [memory.floatArray(angles.map(Math.cos)), memory.floatArray(angles.map(Math.sin))];
      const at = memory.intArray([4, 0, 2]);
      const turn = (from: number, to: number, sign: number) =>
        memory.kernels.rotary(from, to, cos, sin, at, 0, positions, 0, rows, heads, headDim, pairs, interleaved, sign);
      expect(turn(px, y, 1)).toBe(-1);
      expect(turn(y, back, -1)).toBe(-1);
      memory.checkGuards(`rotary of ${pairs} pairs`);
      expect(largestDifference(memory.read(back, x.length), x)).toBeLessThan(1e-6);
      expect(largestDifference(memory.read(y, x.length), x)).toBeGreaterThan(1e-3);
    }
});

test.each(widths)('sums and norms of rows of %i', (width) => {
  memory.reset();
  const rows = 3;
  const [x, residual, gain, dsum, dy] = [random(rows * width), random(rows * width), random(width), random(rows * width), random(rows * width)]; // prettier-ignore
  const array = (values: Float32Array | number) => memory.floatArray(values);
  const [px, presidual, pgain, pdsum, pdy] = [array(x), array(residual), array(gain), array(dsum), array(dy)];
  const [sum, y, mean, rstd] = [array(x.length), array(x.length), array(rows), array(rows)];
  const [alone, dx, plain, dgain] = [array(x.length), array(x.length), array(x.length), array(width)];
  const check = (norm: () => void, again: () => void, back: (dsum: number, dx: number) => void) => {
    norm();
    again();
    back(pdsum, dx);
    back(0, plain);
    memory.checkGuards(`sum and norm of ${width}`);
    expect(memory.read(sum, x.length)).toEqual(x.map((value, i) => value + residual[i]!));
    expect(memory.read(y, x.length)).toEqual(memory.read(alone, x.length));
    expect(memory.read(dx, x.length)).toEqual(memory.read(plain, x.length).map((value, i) => value + dsum[i]!));
  };
  const k = memory.kernels;
  check(
    () => k.layer_norm(px, presidual, sum, pgain, 0, y, mean, rstd, rows, width, 1e-5),
    () => k.layer_norm(sum, 0, 0, pgain, 0, alone, mean, rstd, rows, width, 1e-5),
    (ds, to) => k.layer_norm_grad(sum, pgain, pdy, ds, to, dgain, 0, mean, rstd, rows, width),
  );
  check(
    () => k.rms_norm(px, presidual, sum, pgain, y, rstd, rows, width, 1e-6),
    () => k.rms_norm(sum, 0, 0, pgain, alone, rstd, rows, width, 1e-6),
    (ds, to) => k.rms_norm_grad(sum, pgain, pdy, ds, to, dgain, rstd, rows, width),
  );
});

test.each([...widths, 5003])('a token of %i is drawn inside of the scratch', (vocab) => {
  memory.reset();
  const logits = memory.floatArray(random(2 * vocab).map((value) => 4 * value));
  const ids = memory.intArray([-7, -7]);
  const positions = memory.intArray(Array.from({ length: 20 }, (_, i) => 977 * i + 3));
  const scratch = memory.scratch(memory.kernels.sample_scratch(vocab));
  for (const [temperature, k, p] of [
    [0, 0, 1],
    [1, 0, 1],
    [0.7, 3, 1],
    [1, 0, 0.8],
    [2, vocab, 1e-9],
    [1, 1, 1 - 1e-12],
  ]) {
    // prettier-ignore
    memory.kernels.sample(logits, ids, 2, vocab, positions, temperature!, k!, p!, scratch);
    memory.checkGuards(`a token of ${vocab}`);
    for (const id of new Int32Array(memory.memory.buffer, ids, 2)) {
      expect(id).toBeGreaterThanOrEqual(0);
      expect(id).toBeLessThan(vocab);
    }
  }
});
