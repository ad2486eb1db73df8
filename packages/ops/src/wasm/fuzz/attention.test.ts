import { beforeAll, expect, test } from 'vitest';
import { philox4x32 } from '../../random/philox.js';
import { KernelTestMemory, largestDifference, numbers } from './kernel-test-memory.js';

let memory: KernelTestMemory;
const random = numbers(3);

beforeAll(async () => {
  memory = await KernelTestMemory.create(256);
});

interface Case {
  batch: number;
  heads: number;
  kvHeads: number;
  seq: number;
  keySeq: number;
  headDim: number;
  causal: boolean;
  offset: number;
  masked?: boolean;
  window?: number;
  /** Open keys of the first text; the next one has half of them. */
  prefix?: number;
  biased?: boolean;
  /** Tokens of each segment. */
  packed?: number;
  rate?: number;
}

const stream = [11, 12, 13, 14, 15] as const;

/** Which weights dropout keeps, scaled. */
function dropoutFactors(size: number, rate: number): Float64Array {
  const [key0, key1, call, step, tag] = stream;
  const factors = new Float64Array(size).fill(1);
  if (rate > 0)
    for (let i = 0; i < size; i++) {
      const word = philox4x32([i >> 2, call, step, tag], [key0, key1])[i & 3]!;
      factors[i] = word >= Math.floor(rate * 2 ** 32) ? 1 / (1 - rate) : 0;
    }
  return factors;
}

function check({
  batch,
  heads,
  kvHeads,
  seq,
  keySeq,
  headDim,
  causal,
  offset,
  masked,
  window = 2 ** 29,
  prefix,
  biased,
  packed,
  rate = 0,
}: Case): number {
  memory.reset();
  const reach = Math.min(window - 1, 2 ** 29);
  const diagonals = seq + keySeq - 1;
  const scale = 1 / Math.sqrt(headDim);
  const [rowQ, rowK] = [heads * headDim, kvHeads * headDim];
  const q = random(batch * seq * rowQ).map((x) => 2 * x);
  const [k, v] = [random(batch * keySeq * rowK), random(batch * keySeq * rowK)];
  const dy = random(batch * seq * rowQ);
  const mask = masked ? Int32Array.from(random(batch * keySeq), (x) => Number(x > -0.3)) : null;
  const segments = packed ? Int32Array.from({ length: batch * keySeq }, (_, i) => Math.floor(i / packed)) : null;
  const prefixes = prefix === undefined ? null : Int32Array.from({ length: batch }, (_, b) => prefix >> b);
  const bias = biased ? random(heads * diagonals).map((x) => (x < -0.9 ? -Infinity : 4 * x)) : null;
  const factors = dropoutFactors(batch * heads * seq * keySeq, rate);

  const [pq, pk, pv, pdy] = [q, k, v, dy].map((values) => memory.floatArray(values)) as [
    number,
    number,
    number,
    number,
  ];
  const [py, plse] = [memory.floatArray(q.length), memory.floatArray(batch * heads * seq)];
  const [pdq, pdk, pdv] = [memory.floatArray(q.length), memory.floatArray(k.length), memory.floatArray(v.length)];
  const pmask = mask ? memory.intArray(mask) : 0;
  const psegments = segments ? memory.intArray(segments) : 0;
  const pprefix = prefixes ? memory.intArray(prefixes) : 0;
  const [pbias, pdbias] = bias ? [memory.floatArray(bias), memory.floatArray(batch * bias.length)] : [0, 0];
  const pstream = memory.intArray(stream);
  const scratch = memory.scratch(memory.kernels.attention_scratch(headDim, seq, keySeq));
  const common = [
    ...([0, batch * kvHeads, heads, kvHeads, seq, keySeq, headDim, scale, reach, causal ? 0 : reach, offset] as const),
    ...([pprefix, pmask, psegments, pbias] as const),
    ...([rate > 0 ? pstream : 0, Math.floor(rate * 2 ** 32), 1 / (1 - rate), scratch] as const),
  ] as const;
  memory.kernels.attention(pq, pk, pv, py, plse, ...common);
  memory.kernels.attention_grad(pq, pk, pv, py, pdy, plse, pdq, pdk, pdv, pdbias, ...common);
  memory.checkGuards('attention');

  const expected = {
    y: new Float64Array(q.length),
    dq: new Float64Array(q.length),
    dk: new Float64Array(k.length),
    dv: new Float64Array(v.length),
    dbias: new Float64Array(bias ? batch * bias.length : 0),
  };
  for (let b = 0; b < batch; b++)
    for (let h = 0; h < heads; h++)
      for (let i = 0; i < seq; i++) {
        const rowOf = (j: number) => (b * keySeq + j) * rowK + Math.floor(h / (heads / kvHeads)) * headDim;
        const query = (b * seq + i) * rowQ + h * headDim;
        const visible = [...Array(keySeq).keys()].filter(
          (j) =>
            (j < (prefixes?.[b] ?? 0) ||
              (j > offset + i - window && (causal ? j <= offset + i : j < offset + i + window))) &&
            (!bias || bias[h * diagonals + j - i + seq - 1] !== -Infinity) &&
            (!mask || mask[b * keySeq + j] === 1) &&
            (!segments || segments[b * keySeq + i] === segments[b * keySeq + j]),
        );
        const dot = (x: Float32Array, at: number, z: Float32Array, from: number) => {
          let total = 0;
          for (let d = 0; d < headDim; d++) total += x[at + d]! * z[from + d]!;
          return total;
        };
        const distance = (j: number) => h * diagonals + j - i + seq - 1;
        const scores = visible.map((j) => scale * dot(q, query, k, rowOf(j)) + (bias?.[distance(j)] ?? 0));
        const top = Math.max(...scores);
        const sum = scores.reduce((total, score) => total + Math.exp(score - top), 0);
        const weights = scores.map((score) => Math.exp(score - top) / sum);
        const factor = visible.map((j) => factors[((b * heads + h) * seq + i) * keySeq + j]!);
        const dp = visible.map((j, n) => factor[n]! * dot(dy, query, v, rowOf(j)));
        const delta = dp.reduce((total, x, n) => total + x * weights[n]!, 0);
        visible.forEach((j, n) => {
          const p = weights[n]!;
          const dscore = p * (dp[n]! - delta);
          const ds = dscore * scale;
          if (bias) expected.dbias[b * bias.length + distance(j)]! += dscore;
          for (let d = 0; d < headDim; d++) {
            expected.y[query + d]! += p * factor[n]! * v[rowOf(j) + d]!;
            expected.dq[query + d]! += ds * k[rowOf(j) + d]!;
            expected.dk[rowOf(j) + d]! += ds * q[query + d]!;
            expected.dv[rowOf(j) + d]! += p * factor[n]! * dy[query + d]!;
          }
        });
      }
  const { y, dq, dk, dv, dbias } = expected;
  return Math.max(
    largestDifference(memory.read(py, y.length), y),
    largestDifference(memory.read(pdq, dq.length), dq),
    largestDifference(memory.read(pdk, dk.length), dk),
    largestDifference(memory.read(pdv, dv.length), dv),
    largestDifference(memory.read(pdbias, dbias.length), dbias),
  );
}

const lengths = [1, 2, 3, 7, 8, 9, 31, 32, 33, 64, 65, 130];

test.each(lengths)('self-attention over %i positions', (seq) => {
  for (const headDim of [8, 24])
    for (const causal of [false, true])
      for (const masked of [false, true]) {
        const shape = { batch: 2, heads: 2, kvHeads: 2, seq, keySeq: seq, headDim, causal, offset: 0, masked };
        expect(check(shape)).toBeLessThan(1e-5);
      }
});

test('queries and keys of different length, any offset, grouped heads', () => {
  for (const [seq, keySeq] of [
    [1, 1],
    [1, 3],
    [1, 70],
    [1, 4000],
    [5, 66],
    [33, 100],
    [70, 9],
    [8, 8],
  ] as const)
    for (const offset of [0, keySeq - seq, 3, -2])
      for (const masked of [false, true]) {
        const shape = { batch: 2, heads: 4, kvHeads: 2, seq, keySeq, headDim: 8, causal: true, offset, masked };
        expect(check(shape)).toBeLessThan(1e-5);
      }
  const shape = { batch: 1, heads: 3, kvHeads: 1, seq: 40, keySeq: 70, headDim: 16, causal: false, offset: 0 };
  expect(check(shape)).toBeLessThan(1e-5);
});

test.each([1, 5, 8, 30, 64, 100])('packed rows of segments of %i tokens', (packed) => {
  for (const seq of [1, 7, 33, 64, 130])
    for (const causal of [false, true])
      for (const rest of [{}, { masked: true }, { rate: 0.3 }]) {
        const shape = { batch: 2, heads: 2, kvHeads: 1, seq, keySeq: seq, headDim: 8, causal, offset: 0 };
        expect(check({ ...shape, ...rest, packed })).toBeLessThan(2e-5);
      }
});

const shapes: Pick<Case, 'seq' | 'keySeq' | 'offset'>[] = [
  { seq: 1, keySeq: 1, offset: 0 },
  { seq: 1, keySeq: 90, offset: 70 },
  { seq: 1, keySeq: 9, offset: 30 },
  { seq: 7, keySeq: 7, offset: 0 },
  { seq: 13, keySeq: 5, offset: -8 },
  { seq: 33, keySeq: 65, offset: 20 },
  { seq: 66, keySeq: 131, offset: 65 },
  { seq: 130, keySeq: 130, offset: 0 },
  { seq: 40, keySeq: 70, offset: 50 },
];

test.each([1, 2, 8, 31, 64, 100])('windows of %i keys, with and without everything else', (window) => {
  for (const shape of shapes)
    for (const causal of [false, true])
      for (const rest of [
        {},
        { masked: true, biased: true },
        { prefix: 21 },
        { prefix: 80, rate: 0.3, biased: true },
      ]) {
        const call = { batch: 2, heads: 4, kvHeads: 2, headDim: 8, causal, window, ...shape, ...rest };
        expect(check(call), JSON.stringify(call)).toBeLessThan(2e-5);
      }
});

test.each([0, 1, 9, 40, 64, 200])('prefixes of %i keys', (prefix) => {
  for (const shape of shapes)
    for (const rest of [{}, { masked: true }, { biased: true, rate: 0.3 }]) {
      const call = { batch: 2, heads: 2, kvHeads: 1, headDim: 8, causal: true, prefix, ...shape, ...rest };
      expect(check(call), JSON.stringify(call)).toBeLessThan(2e-5);
    }
});

test.each(lengths)('biases by distance over %i positions', (seq) => {
  for (const keySeq of [seq, seq + 5, 71])
    for (const causal of [false, true])
      for (const rest of [{}, { masked: true }, { rate: 0.3 }, { headDim: 24 }]) {
        const call = {
          batch: 3,
          heads: 2,
          kvHeads: 1,
          headDim: 8,
          seq,
          keySeq,
          causal,
          offset: keySeq - seq,
          biased: true,
        };
        expect(check({ ...call, ...rest }), JSON.stringify({ ...call, ...rest })).toBeLessThan(2e-5);
      }
  for (const packed of [1, 5, 64]) {
    const call = { batch: 2, heads: 2, kvHeads: 2, headDim: 8, seq, keySeq: seq, causal: true, offset: 0, packed };
    expect(check({ ...call, biased: true, window: 50 }), JSON.stringify(call)).toBeLessThan(2e-5);
  }
});

test('dropout takes exactly the words of the counter', () => {
  for (const [seq, keySeq] of [
    [1, 1],
    [5, 7],
    [9, 66],
    [33, 64],
    [40, 130],
  ] as const)
    for (const causal of [false, true]) {
      const shape = { batch: 2, heads: 2, kvHeads: 1, seq, keySeq, headDim: 8, causal, offset: keySeq - seq };
      expect(check({ ...shape, rate: 0.3, masked: keySeq === 66 })).toBeLessThan(2e-5);
    }
});
