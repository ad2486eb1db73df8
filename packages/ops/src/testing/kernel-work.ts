import type { KernelModule } from '../wasm/kernel-module.js';

/** What a call has to do at least, whatever does it. */
export interface KernelWork {
  /** Products, sums, quotients, roots, minima and maxima of float32. */
  operations: number;
  /** What it reads and writes, each byte once. */
  bytes: number;
}

interface Described {
  name?: string;
  work: KernelWork;
}

type Words = (address: number, words: number) => DataView;
type Describe<Name extends keyof KernelModule> = (args: Parameters<KernelModule[Name]>, words: Words) => Described;

/** Operations of an exponential of `assembly/exp.ts`, and of the sigmoid and of tanh-GELU's gate around one. */
const [exponential, sigmoid, gate] = [21, 25, 25];
/** Of `assembly/activation.ts`: of an element and of its gradient, by `kind`. */
const activations: Record<number, readonly [number, number]> = {
  1: [29, 34 + exponential],
  2: [gate + 1, gate + 8],
  3: [1, 2],
  4: [sigmoid + 1, sigmoid + 5],
};

const moved = (operations: number, floats: number): Described => ({ work: { operations, bytes: 4 * floats } });

/** A product of matrices by what it is to a linear layer `x W^T`. */
const passes: Record<string, string> = { '01': 'x Wᵀ', '00': 'dy W', '10': 'dyᵀ x', '11': 'xᵀ yᵀ' };
function product(batch: number, m: number, n: number, k: number, transposed: string): Described {
  const counts = batch > 1 ? `${batch} x ` : '';
  return {
    name: `${passes[transposed]}: ${counts}[${m}, ${k}] x [${k}, ${n}]`,
    ...moved(2 * batch * m * n * k, batch * (m * k + k * n + m * n)),
  };
}

/** How many pairs of a query and a key see each other by position, in one head. */
function visiblePairs(seq: number, keySeq: number, before: number, after: number, offset: number): number {
  let pairs = 0;
  for (let i = offset; i < offset + seq; i++)
    pairs += Math.max(0, Math.min(keySeq, i + after + 1) - Math.max(0, i - before));
  return pairs;
}

/** Attention by the arguments that both directions share, from `firstUnit` on. */
function attention(shared: number[], products: number, others: number, tensors: number): Described {
  const [first, last, heads, kvHeads, seq, keySeq, headDim, , before, after, offset] = shared as [number, number, ...number[]]; // prettier-ignore
  const count = (last - first) * (heads! / kvHeads!);
  const pairs = count * visiblePairs(seq!, keySeq!, before!, after!, offset!);
  return moved(pairs * (2 * products * headDim! + others), tensors * count * seq! * headDim!);
}

/** Rows of a table of the optimizer: what lies at 16 of 24 bytes is a number of elements. */
function elementsOf(table: number, count: number, words: Words): number {
  const view = words(table, 6 * count);
  return Array.from({ length: count }, (_, i) => view.getUint32(24 * i + 16, true)).reduce((sum, n) => sum + n, 0);
}

const described: { [Name in keyof KernelModule]?: Describe<Name> } = {
  gemm: ([, , , , batch, , , m, n, k, ta, tb]) => product(batch, m, n, k, `${ta}${tb}`),
  gemm_part: ([, , , , batch, , , , , k, ta, tb, i0, i1, j0, j1]) => product(batch, i1 - i0, j1 - j0, k, `${ta}${tb}`),
  attention: ([, , , , , ...shared]) => attention(shared, 2, exponential + 3, 4),
  attention_grad: ([, , , , , , , , , , ...shared]) => attention(shared, 5, exponential + 3, 8),
  activate: ([, , n, kind]) => moved(activations[kind]![0] * n, 2 * n),
  activate_grad: ([, , , n, kind]) => moved(activations[kind]![1] * n, 3 * n),
  layer_norm: ([, residual, , , bias, , , , rows, width]) =>
    moved(rows * width * (7 + (residual ? 1 : 0) + (bias ? 1 : 0)), rows * width * (residual ? 4 : 2)),
  layer_norm_grad: ([, , , dsum, , , dbias, , , rows, width]) =>
    moved(rows * width * (15 + (dsum ? 1 : 0) + (dbias ? 1 : 0)), rows * width * (dsum ? 4 : 3)),
  rms_norm: ([, residual, , , , , rows, width]) =>
    moved(rows * width * (residual ? 5 : 4), rows * width * (residual ? 4 : 2)),
  rms_norm_grad: ([, , , dsum, , , , rows, width]) =>
    moved(rows * width * (dsum ? 12 : 11), rows * width * (dsum ? 4 : 3)),
  cross_entropy: ([, , , , rows, vocab]) => moved(rows * vocab * (exponential + 4), rows * vocab),
  cross_entropy_grad: ([, , , , , rows, vocab]) => moved(rows * vocab * (exponential + 4), 2 * rows * vocab),
  embedding: ([, , , rows, , width]) => moved(0, 2 * rows * width),
  embedding_grad: ([, , , rows, from, to, width]) => moved(rows * width, (rows + to - from) * width),
  copy_rows: ([, , rows, n]) => moved(0, 2 * rows * n),
  sum_axis: ([, , outer, length, inner]) => moved(outer * length * inner, outer * (length + 1) * inner),
  adamw: ([table, count], words) => {
    const n = elementsOf(table, count, words);
    return moved(16 * n, 7 * n);
  },
  sum_squares: ([, n]) => moved(2 * n, n),
};

/** What a call of a function of our module is called and has to do, as far as that is known. */
export function workOf(name: string, args: readonly number[], words: Words): Partial<Described> {
  const describe = described[name as keyof KernelModule] as ((args: readonly number[], words: Words) => Described) | undefined; // prettier-ignore
  return describe?.(args, words) ?? {};
}
