import { beforeAll, expect, test } from 'vitest';
import { KernelTestMemory, largestDifference, numbers } from './kernel-test-memory.js';

let memory: KernelTestMemory;
const random = numbers();

beforeAll(async () => {
  memory = await KernelTestMemory.create(512);
});

interface Case {
  batch: number;
  m: number;
  n: number;
  k: number;
  ta: number;
  tb: number;
  shareA?: boolean;
  shareB?: boolean;
  withBias?: boolean;
}

function product({ batch, m, n, k, ta, tb, shareA, shareB, withBias }: Case): number {
  memory.reset();
  const a = random(m * k * (shareA ? 1 : batch));
  const b = random(k * n * (shareB ? 1 : batch));
  const bias = withBias ? random(n) : null;
  const [pa, pb, pc] = [memory.floatArray(a), memory.floatArray(b), memory.floatArray(batch * m * n)];
  const pBias = bias ? memory.floatArray(bias) : 0;
  const scratch = memory.scratch(memory.kernels.gemm_scratch(m, n, k));
  memory.kernels.gemm(pa, pb, pBias, pc, batch, shareA ? 0 : m * k, shareB ? 0 : k * n, m, n, k, ta, tb, scratch);
  memory.checkGuards(JSON.stringify({ batch, m, n, k, ta, tb }));
  const expected = new Float64Array(batch * m * n);
  for (let t = 0; t < batch; t++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = bias ? bias[j]! : 0;
        const baseA = shareA ? 0 : t * m * k;
        const baseB = shareB ? 0 : t * k * n;
        for (let q = 0; q < k; q++)
          sum += a[baseA + (ta ? q * m + i : i * k + q)]! * b[baseB + (tb ? j * k + q : q * n + j)]!;
        expected[(t * m + i) * n + j] = sum;
      }
  return largestDifference(memory.read(pc, batch * m * n), expected);
}

test('every small shape and transpose agrees with float64 and stays inside its arrays', () => {
  for (let m = 1; m <= 9; m++)
    for (let n = 1; n <= 17; n++)
      for (const k of [1, 2, 3, 4, 5, 7, 8, 19])
        for (const ta of [0, 1])
          for (const tb of [0, 1]) {
            const withBias = (m + n + k) % 2 === 0;
            expect(
              product({ batch: 2, m, n, k, ta, tb, shareB: n % 2 === 0, shareA: m % 3 === 0, withBias }),
            ).toBeLessThan(5e-6);
          }
});

test.each([
  { batch: 1, m: 300, n: 70, k: 65, ta: 0, tb: 0 },
  { batch: 3, m: 130, n: 12, k: 1100, ta: 1, tb: 0, shareB: true },
  { batch: 2, m: 5, n: 2100, k: 33, ta: 0, tb: 1, shareA: true, withBias: true },
  { batch: 2, m: 5, n: 2100, k: 1030, ta: 1, tb: 1, shareB: true, withBias: true },
  { batch: 1, m: 1, n: 515, k: 1031, ta: 0, tb: 1, withBias: true },
  { batch: 4, m: 2, n: 3, k: 2050, ta: 0, tb: 0, withBias: true },
])('blocked over long axes: %o', (shape) => {
  expect(product(shape)).toBeLessThan(2e-4);
});

test('an element has the same bytes however many rows and columns are computed beside it', () => {
  memory.reset();
  const [m, n, k] = [8, 23, 61];
  const [a, b] = [memory.floatArray(random(m * k)), memory.floatArray(random(n * k))];
  const [all, one] = [memory.floatArray(m * n), memory.floatArray(1)];
  const scratch = memory.scratch(memory.kernels.gemm_scratch(m, n, k));
  memory.kernels.gemm(a, b, 0, all, 1, 0, 0, m, n, k, 0, 1, scratch);
  const expected = memory.read(all, m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      memory.kernels.gemm(a + 4 * i * k, b + 4 * j * k, 0, one, 1, 0, 0, 1, 1, k, 0, 1, scratch);
      expect(memory.read(one, 1)[0]).toBe(expected[i * n + j]);
    }
});

test('an empty inner dimension gives the bias', () => {
  expect(product({ batch: 2, m: 3, n: 5, k: 0, ta: 0, tb: 0, withBias: true })).toBe(0);
});

test('operands at the very end of the memory are not read past it', () => {
  const end = memory.memory.buffer.byteLength;
  memory.reset();
  const other = memory.floatArray(random(400));
  const out = memory.floatArray(400);
  const scratch = memory.scratch(memory.kernels.gemm_scratch(13, 19, 19));
  for (const [m, n, k] of [
    [1, 1, 1],
    [3, 5, 3],
    [5, 7, 6],
    [13, 18, 19],
    [2, 3, 1],
  ] as const)
    for (const ta of [0, 1])
      for (const tb of [0, 1]) {
        memory.kernels.gemm(end - 4 * m * k, other, 0, out, 1, 0, 0, m, n, k, ta, tb, scratch);
        memory.kernels.gemm(other, end - 4 * k * n, 0, out, 1, 0, 0, m, n, k, ta, tb, scratch);
        memory.kernels.gemm(other, other, end - 4 * n, out, 1, 0, 0, m, n, k, ta, tb, scratch);
      }
});
