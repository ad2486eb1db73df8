import { beforeAll, expect, test } from 'vitest';
import { KernelTestMemory, largestDifference, numbers } from './kernel-test-memory.js';

let memory: KernelTestMemory;
const random = numbers(5);
const widths = [1, 2, 3, 4, 5, 7, 8, 17, 64, 129];

beforeAll(async () => {
  memory = await KernelTestMemory.create(256);
});

test.each(widths)('layer normalisation of rows of %i, with and without bias', (width) => {
  const rows = 3;
  for (const withBias of [true, false]) {
    memory.reset();
    const [x, dy] = [random(rows * width).map((value) => 3 * value + 1), random(rows * width)];
    const [gain, bias] = [random(width), random(width)];
    const [px, pdy, pgain] = [memory.floatArray(x), memory.floatArray(dy), memory.floatArray(gain)];
    const pbias = withBias ? memory.floatArray(bias) : 0;
    const [py, pmean, prstd] = [memory.floatArray(x.length), memory.floatArray(rows), memory.floatArray(rows)];
    const [pdx, pdgain] = [memory.floatArray(x.length), memory.floatArray(width)];
    const pdbias = withBias ? memory.floatArray(width) : 0;
    memory.kernels.layer_norm(px, 0, 0, pgain, pbias, py, pmean, prstd, rows, width, 1e-5);
    memory.kernels.layer_norm_grad(px, pgain, pdy, 0, pdx, pdgain, pdbias, pmean, prstd, rows, width);
    memory.checkGuards(`layer norm of ${width}`);

    const expected = { y: new Float64Array(x.length), dx: new Float64Array(x.length) };
    const [dgain, dbias] = [new Float64Array(width), new Float64Array(width)];
    for (let r = 0; r < rows; r++) {
      const row = Array.from(x.subarray(r * width, (r + 1) * width));
      const mean = row.reduce((a, b) => a + b, 0) / width;
      const rstd = 1 / Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / width + 1e-5);
      const hat = row.map((value) => (value - mean) * rstd);
      const g = hat.map((_, j) => dy[r * width + j]! * gain[j]!);
      const meanG = g.reduce((a, b) => a + b, 0) / width;
      const meanGh = g.reduce((a, b, j) => a + b * hat[j]!, 0) / width;
      hat.forEach((h, j) => {
        expected.y[r * width + j] = h * gain[j]! + (withBias ? bias[j]! : 0);
        expected.dx[r * width + j] = rstd * (g[j]! - meanG - h * meanGh);
        dgain[j]! += dy[r * width + j]! * h;
        dbias[j]! += dy[r * width + j]!;
      });
    }
    expect(largestDifference(memory.read(py, x.length), expected.y)).toBeLessThan(1e-5);
    // a row of one value has rstd 316: its gradient is a difference of equal numbers
    expect(largestDifference(memory.read(pdx, x.length), expected.dx)).toBeLessThan(width < 3 ? 1e-3 : 1e-5);
    expect(largestDifference(memory.read(pdgain, width), dgain)).toBeLessThan(1e-5);
    if (withBias) expect(largestDifference(memory.read(pdbias, width), dbias)).toBeLessThan(1e-5);
  }
});

test.each([...widths, 5003])('cross entropy over %i classes', (vocab) => {
  const rows = 4;
  memory.reset();
  const x = random(rows * vocab).map((value) => 8 * value);
  const targets = [0, -100, vocab - 1, vocab >> 1];
  const dy = random(rows);
  const [px, ptargets, pdy] = [memory.floatArray(x), memory.intArray(targets), memory.floatArray(dy)];
  const [ploss, plse, pdx] = [memory.floatArray(rows), memory.floatArray(rows), memory.floatArray(x.length)];
  expect(memory.kernels.cross_entropy(px, ptargets, ploss, plse, rows, vocab, -100, 1, 0, 0)).toBe(-1);
  memory.kernels.cross_entropy_grad(px, ptargets, plse, pdy, pdx, rows, vocab, -100, 1, 0, 0);
  memory.checkGuards(`cross entropy over ${vocab}`);

  const [loss, dx] = [new Float64Array(rows), new Float64Array(x.length)];
  targets.forEach((target, r) => {
    if (target < 0) return;
    const row = x.subarray(r * vocab, (r + 1) * vocab);
    const top = Math.max(...row);
    const lse = top + Math.log(row.reduce((total, value) => total + Math.exp(value - top), 0));
    loss[r] = lse - row[target]!;
    row.forEach((value, j) => {
      dx[r * vocab + j] = dy[r]! * (Math.exp(value - lse) - Number(j === target));
    });
  });
  expect(largestDifference(memory.read(ploss, rows), loss)).toBeLessThan(5e-6);
  expect(largestDifference(memory.read(pdx, x.length), dx)).toBeLessThan(5e-6);
});

test('cross entropy reports the row of a target that does not exist', () => {
  memory.reset();
  const [px, out] = [memory.floatArray(random(6)), memory.floatArray(6)];
  for (const bad of [2, -1]) {
    const targets = memory.intArray([1, -100, bad]);
    expect(memory.kernels.cross_entropy(px, targets, out, out, 3, 2, -100, 1, 0, 0)).toBe(2);
  }
});

test.each(widths)('RMS norm over %i columns', (width) => {
  memory.reset();
  const rows = 3;
  const [x, gain, dy] = [random(rows * width), random(width), random(rows * width)];
  const [px, pgain, pdy] = [memory.floatArray(x), memory.floatArray(gain), memory.floatArray(dy)];
  const [py, prstd] = [memory.floatArray(x.length), memory.floatArray(rows)];
  const [pdx, pdgain] = [memory.floatArray(x.length), memory.floatArray(width)];
  memory.kernels.rms_norm(px, 0, 0, pgain, py, prstd, rows, width, 1e-6);
  memory.kernels.rms_norm_grad(px, pgain, pdy, 0, pdx, pdgain, prstd, rows, width);
  memory.checkGuards(`RMS norm of ${width}`);

  const expected = { y: new Float64Array(x.length), dx: new Float64Array(x.length), dgain: new Float64Array(width) };
  for (let r = 0; r < rows; r++) {
    const at = (values: Float32Array) => values.subarray(r * width, (r + 1) * width);
    const rstd = 1 / Math.sqrt(at(x).reduce((sum, v) => sum + v * v, 0) / width + 1e-6);
    const along = at(dy).reduce((sum, d, j) => sum + d * gain[j]! * at(x)[j]! * rstd, 0) / width;
    at(x).forEach((value, j) => {
      expected.y[r * width + j] = value * rstd * gain[j]!;
      expected.dx[r * width + j] = rstd * (at(dy)[j]! * gain[j]! - value * rstd * along);
      expected.dgain[j]! += at(dy)[j]! * value * rstd;
    });
  }
  const { y, dx, dgain } = expected;
  expect(largestDifference(memory.read(py, y.length), y)).toBeLessThan(1e-5);
  expect(largestDifference(memory.read(pdx, dx.length), dx)).toBeLessThan(1e-4);
  expect(largestDifference(memory.read(pdgain, width), dgain)).toBeLessThan(1e-5);
});

test.each(widths)('embedding rows of %i and their gradient', (width) => {
  memory.reset();
  const ids = [2, 0, 2, 4];
  const [weight, dy] = [random(5 * width), random(4 * width)];
  const [pids, pweight, pdy] = [memory.intArray(ids), memory.floatArray(weight), memory.floatArray(dy)];
  const [py, pdw] = [memory.floatArray(4 * width), memory.floatArray(5 * width)];
  expect(memory.kernels.embedding(pids, pweight, py, 4, 5, width)).toBe(-1);
  memory.kernels.embedding_grad(pids, pdy, pdw, 4, 0, 5, width);
  memory.checkGuards(`embedding of ${width}`);
  const dw = new Float64Array(5 * width);
  ids.forEach((id, r) => {
    expect(memory.read(py + 4 * r * width, width)).toEqual(weight.slice(id * width, (id + 1) * width));
    for (let j = 0; j < width; j++) dw[id * width + j]! += dy[r * width + j]!;
  });
  expect(largestDifference(memory.read(pdw, dw.length), dw)).toBeLessThan(1e-6);
  expect(memory.kernels.embedding(memory.intArray([1, 5]), pweight, py, 2, 5, width)).toBe(1);
  expect(memory.kernels.embedding(memory.intArray([-1]), pweight, py, 1, 5, width)).toBe(0);
});

test('sums over a middle axis', () => {
  for (const [outer, length, inner] of [
    [1, 200, 37],
    [3, 1, 5],
    [2, 65, 16],
    [4, 300, 1],
    [2, 3, 1],
    [1, 770, 3],
  ] as const) {
    memory.reset();
    const x = random(outer * length * inner);
    const [px, py] = [memory.floatArray(x), memory.floatArray(outer * inner)];
    memory.kernels.sum_axis(px, py, outer, length, inner, 0, inner);
    memory.checkGuards(`sum of [${outer}, ${length}, ${inner}]`);
    const sums = new Float64Array(outer * inner);
    x.forEach((value, i) => {
      sums[Math.floor(i / (length * inner)) * inner + (i % inner)]! += value;
    });
    expect(largestDifference(memory.read(py, sums.length), sums)).toBeLessThan(2e-5);
  }
});
