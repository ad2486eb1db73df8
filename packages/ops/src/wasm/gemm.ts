import type { Device } from './device.js';
import type { Crew } from './threads/crew.js';
import type { Range } from './threads/split.js';

/** Batched products of matrices, by their addresses: C[t] = op(A[t]) op(B[t]) + bias, with C `[m, n]` and k terms in a sum. */
export interface Product {
  a: number;
  b: number;
  /** 0 for none. */
  bias: number;
  c: number;
  batch: number;
  /** Elements between one A and the next, 0 to use one for all. */
  strideA: number;
  strideB: number;
  size: readonly [m: number, n: number, k: number];
  transposeA: boolean;
  transposeB: boolean;
}

interface Part {
  items: Range;
  rows: Range;
  columns: Range;
}

/** Nanoseconds of a term, and of reading an element of B where it is read for a few rows only. */
const [termCost, readCost] = [0.045, 0.1];
const fewRows = 8;
/** Few parts, because packing is done again for each: about 1 % of the work for one more. */
const perThread = 2;

/**
 * Which products, rows and columns are computed together. The longer side is cut, as the other operand is packed again for
 * each part; sums are never cut, so that they are what one thread gets.
 */
function parts(crew: Crew, { batch, size: [m, n, k] }: Product): Part[] {
  const [items, rows, columns]: [Range, Range, Range] = [
    [0, batch],
    [0, m],
    [0, n],
  ];
  const few = m <= fewRows;
  const cost = k * (few ? Math.max(readCost, m * termCost) / m : termCost);
  if (batch >= 2 * crew.threads)
    return crew.ranges(batch, m * n * cost).map((some) => ({ items: some, rows, columns }));
  if (m >= n && !few)
    return crew
      .ranges(m, batch * n * cost, { multiple: 4, least: 64, perThread })
      .map((some) => ({ items, rows: some, columns }));
  return crew
    .ranges(n, batch * m * cost, { multiple: 8, least: few ? 8 : 64, perThread })
    .map((some) => ({ items, rows, columns: some }));
}

/** Computes products, on all threads where they are large. */
export function gemm(device: Device, product: Product): void {
  const { a, b, bias, c, strideA, strideB, size, transposeA, transposeB } = product;
  const [m, n, k] = size;
  if (device.crew.threads === 1) {
    const [ta, tb] = [Number(transposeA), Number(transposeB)];
    device.crew.runWithScratch('gemm', device.kernels.gemm_scratch(m, n, k), [
      [a, b, bias, c, product.batch, strideA, strideB, m, n, k, ta, tb],
    ]);
    return;
  }
  const cut = parts(device.crew, product);
  const longest = (axis: keyof Part) => Math.max(...cut.map(({ [axis]: [from, to] }) => to - from));
  device.crew.runWithScratch(
    'gemm_part',
    device.kernels.gemm_scratch(longest('rows'), longest('columns'), k),
    cut.map(({ items: [from, to], rows, columns }) => [
      a + 4 * strideA * from,
      b + 4 * strideB * from,
      bias,
      c + 4 * m * n * from,
      to - from,
      strideA,
      strideB,
      m,
      n,
      k,
      Number(transposeA),
      Number(transposeB),
      ...rows,
      ...columns,
    ]),
  );
}
