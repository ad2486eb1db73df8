import type { AttentionShape } from '../../ops/attention-scores.js';
import { attention, attentionWeights, type AttentionWeightsOptions } from '../../ops/attention.js';
import { dropoutWords } from '../../random/dropout-words.js';
import { DropoutRng } from '../../random/dropout-rng.js';
import { ints, normal, type Host } from '../host.js';
import type { OpCase } from './case.js';

interface Variant extends AttentionShape {
  name: string;
  causal?: boolean;
  scale?: number;
  keyMask?: number[];
  queryOffset?: number;
  segments?: number[];
  dropoutRate?: number;
  /** Standard deviation of the queries. */
  std?: number;
}

const rngOptions = { seed: 2 ** 40 + 3, step: 70_000, call: 5 };
/** The same as `DropoutRng.next()` gives, written out. */
const limbs = [3, 0, 256, 0, 5, 0, 70_000 & 0xffff, 1];

/** Weights `[batch, numHeads, seq, keySeq]`, row by row. */
function weights64(x: Record<string, Host>, v: Variant): Float64Array {
  const { batch, seq, keySeq, numHeads, numKvHeads, headDim, causal = true } = v;
  const { scale = 1 / Math.sqrt(headDim), queryOffset = keySeq - seq } = v;
  const weights = new Float64Array(batch * numHeads * seq * keySeq);
  for (let b = 0, at = 0; b < batch; b++)
    for (let h = 0; h < numHeads; h++)
      for (let i = 0; i < seq; i++, at += keySeq) {
        const query = (b * seq + i) * numHeads * headDim + h * headDim;
        const row = Array.from({ length: keySeq }, (_, j) => {
          if ((causal && j > queryOffset + i) || x.keyMask?.values[b * keySeq + j] === 0) return -Infinity;
          if (x.segments && x.segments.values[b * seq + i] !== x.segments.values[b * seq + j]) return -Infinity;
          const key = ((b * keySeq + j) * numKvHeads + Math.floor((h * numKvHeads) / numHeads)) * headDim;
          let dot = 0;
          for (let d = 0; d < headDim; d++) dot += x.q!.values[query + d]! * x.k!.values[key + d]!;
          return dot * scale;
        });
        const max = Math.max(...row);
        if (max === -Infinity) continue;
        const exponentials = row.map((score) => Math.exp(score - max));
        const sum = exponentials.reduce((a, e) => a + e, 0);
        weights.set(exponentials.map((e) => e / sum), at); // prettier-ignore
      }
  return weights;
}

function attention64(x: Record<string, Host>, v: Variant): Float64Array {
  const { batch, seq, keySeq, numHeads, numKvHeads, headDim, dropoutRate = 0 } = v;
  const weights = weights64(x, v);
  if (dropoutRate > 0) {
    const words = dropoutWords(weights.length, limbs);
    words.forEach((word, i) => (weights[i]! *= word >= Math.floor(dropoutRate * 2 ** 32) ? 1 / (1 - dropoutRate) : 0));
  }
  const y = new Float64Array(batch * seq * numHeads * headDim);
  for (let b = 0, at = 0; b < batch; b++)
    for (let h = 0; h < numHeads; h++)
      for (let i = 0; i < seq; i++, at += keySeq)
        for (let j = 0; j < keySeq; j++) {
          const value = ((b * keySeq + j) * numKvHeads + Math.floor((h * numKvHeads) / numHeads)) * headDim;
          const out = ((b * seq + i) * numHeads + h) * headDim;
          for (let d = 0; d < headDim; d++) y[out + d]! += weights[at + j]! * x.v!.values[value + d]!;
        }
  return y;
}

function inputsOf(v: Variant, withValues: boolean): Record<string, Host> {
  const kv = [v.batch, v.keySeq, v.numKvHeads * v.headDim];
  return {
    q: normal(`${v.name} q`, [v.batch, v.seq, v.numHeads * v.headDim], v.std ?? 1.5),
    k: normal(`${v.name} k`, kv),
    ...(withValues && { v: normal(`${v.name} v`, kv) }),
    ...(v.keyMask && { keyMask: ints([v.batch, v.keySeq], v.keyMask) }),
    ...(v.queryOffset !== undefined && { queryOffset: ints([], [v.queryOffset]) }),
    ...(v.segments && { segments: ints([v.batch, v.seq], v.segments) }),
  };
}

const optionsOf = (v: Variant, x: Record<string, unknown>): AttentionWeightsOptions => ({
  numHeads: v.numHeads,
  numKvHeads: v.numKvHeads,
  ...(v.causal !== undefined && { causal: v.causal }),
  ...(v.scale !== undefined && { scale: v.scale }),
  ...(x.keyMask ? { keyMask: x.keyMask as AttentionWeightsOptions['keyMask'] & object } : {}),
  ...(x.segments ? { segments: x.segments as AttentionWeightsOptions['segments'] & object } : {}),
  ...(x.queryOffset ? { queryOffset: x.queryOffset as AttentionWeightsOptions['queryOffset'] & object } : {}),
});

const attentionCase = (v: Variant): OpCase => ({
  name: `attention ${v.name}`,
  inputs: inputsOf(v, true),
  run: (x) =>
    attention(x.q!, x.k!, x.v!, {
      ...optionsOf(v, x),
      ...(v.dropoutRate && { dropout: { rate: v.dropoutRate, rng: new DropoutRng(rngOptions) } }),
    }),
  float64: (x) => attention64(x, v),
  shape: [v.batch, v.seq, v.numHeads * v.headDim],
  gradients: ['q', 'k', 'v'],
});

const weightsCase = (v: Variant): OpCase => ({
  name: `attentionWeights ${v.name}`,
  inputs: inputsOf(v, false),
  run: (x) => attentionWeights(x.q!, x.k!, optionsOf(v, x)),
  float64: (x) => weights64(x, v),
  shape: [v.batch, v.numHeads, v.seq, v.keySeq],
  gradients: ['q', 'k'],
});

const one: AttentionShape = { batch: 1, seq: 1, keySeq: 1, numHeads: 1, numKvHeads: 1, headDim: 1 };
const small: AttentionShape = { batch: 2, seq: 3, keySeq: 3, numHeads: 2, numKvHeads: 2, headDim: 5 };
const variants: Variant[] = [
  { name: 'causal', ...small },
  { name: 'one of everything', ...one },
  { name: 'bidirectional, primes', ...small, seq: 5, keySeq: 7, headDim: 3, causal: false },
  { name: 'grouped queries', ...small, numHeads: 6, numKvHeads: 2, headDim: 4 },
  { name: 'multi-query, scale', ...small, numHeads: 3, numKvHeads: 1, scale: 0.3 },
  { name: 'chunk of a cache', ...small, seq: 2, keySeq: 9, queryOffset: 4 },
  {
    name: 'one token of a cache, padded',
    ...small,
    seq: 1,
    keySeq: 6,
    queryOffset: 3,
    keyMask: [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  },
  { name: 'left padding hides whole rows', ...small, keyMask: [0, 0, 1, 1, 1, 1] },
  { name: 'a row of the batch sees nothing', ...small, causal: false, keyMask: [0, 0, 0, 1, 0, 1] },
  { name: 'before the first key', ...small, queryOffset: -2 },
  { name: 'sharp scores', ...small, std: 20 },
  { name: 'packed rows', ...small, seq: 5, keySeq: 5, segments: [0, 0, 1, 1, 1, 3, 3, 3, 3, -7] },
  { name: 'every token alone', ...small, segments: [0, 1, 2, 2, 1, 0] },
  {
    name: 'packed, bidirectional, interleaved',
    ...small,
    causal: false,
    segments: [1, 0, 1, 2 ** 24, -(2 ** 24), 7],
  },
  {
    name: 'packed, grouped, padded, sharp',
    ...small,
    numHeads: 4,
    std: 20,
    keyMask: [0, 1, 1, 1, 1, 0],
    segments: [0, 0, 1, 0, 0, 1],
  },
  { name: 'packed, dropout', ...small, segments: [0, 0, 1, 2, 3, 3], dropoutRate: 0.3 },
  {
    name: 'packed, longer than a tile',
    ...small,
    batch: 1,
    seq: 67,
    keySeq: 67,
    numHeads: 1,
    numKvHeads: 1,
    headDim: 2,
    segments: Array.from({ length: 67 }, (_, i) => (i < 50 ? Math.floor(i / 3) : 50)),
  },
  { name: 'dropout', ...small, dropoutRate: 0.3 },
  { name: 'dropout, grouped, padded', ...small, numHeads: 4, keyMask: [0, 1, 1, 1, 1, 1], dropoutRate: 0.5 },
  { name: 'longer than a tile', ...small, batch: 1, seq: 37, keySeq: 41, numHeads: 1, numKvHeads: 1, headDim: 17 },
];

export const attentionCases: OpCase[] = [
  ...variants.map(attentionCase),
  ...variants.filter((v) => !v.dropoutRate).map(weightsCase),
];
