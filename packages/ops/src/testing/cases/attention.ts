import type * as tf from '@tensorflow/tfjs-core';
import { attention, attentionWeights, type AttentionWeightsOptions } from '../../ops/attention.js';
import { cachedAttention } from '../../ops/cached-attention.js';
import { DropoutRng } from '../../random/dropout-rng.js';
import { floats, ints, normal, type Host } from '../host.js';
import { attention64, rngOptions, weights64 } from './attention-float64.js';
import { cachedVariants, variants, type Variant } from './attention-variants.js';
import type { OpCase } from './case.js';

/** `x` with other values at some elements. */
function withValues({ shape, values }: Host, changes: Record<number, number>): Host {
  return floats(shape, Object.assign([...values], changes));
}

function inputsOf(v: Variant, hasValues: boolean): Record<string, Host> {
  const kv = [v.batch, v.keySeq, v.numKvHeads * v.headDim];
  const q = normal(`${v.name} q`, [v.batch, v.seq, v.numHeads * v.headDim], v.std ?? 1.5);
  const bias = v.bias && normal(`${v.name} bias`, [v.numHeads, v.seq + v.keySeq - 1], v.bias);
  return {
    q: withValues(q, Object.fromEntries((v.nanAt ?? []).map((at) => [at, NaN]))),
    k: normal(`${v.name} k`, kv),
    ...(hasValues && { v: normal(`${v.name} v`, kv) }),
    ...(v.keyMask && { keyMask: ints([v.batch, v.keySeq], v.keyMask) }),
    ...(v.queryOffset !== undefined && { queryOffset: ints([], [v.queryOffset]) }),
    ...(v.segments && { segments: ints([v.batch, v.seq], v.segments) }),
    ...(v.prefixLengths && { prefixLengths: ints([v.batch], v.prefixLengths) }),
    ...(bias && { distanceBias: withValues(bias, v.biasAt ?? {}) }),
  };
}

function optionsOf(v: Variant, x: Record<string, tf.Tensor>): AttentionWeightsOptions {
  const { numHeads, numKvHeads, causal, window, scale } = v;
  const { keyMask, queryOffset, segments, prefixLengths, distanceBias } = x;
  const given = { causal, window, scale, keyMask, queryOffset, segments, prefixLengths, distanceBias };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { numHeads, numKvHeads, ...options };
}

/** Those of the named inputs that have a gradient here. */
const differentiated = (v: Variant, ...names: string[]): string[] =>
  v.nanAt ? [] : [...names, ...(v.bias ? ['distanceBias'] : [])];

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
  gradients: differentiated(v, 'q', 'k', 'v'),
});

const weightsCase = (v: Variant): OpCase => ({
  name: `attentionWeights ${v.name}`,
  inputs: inputsOf(v, false),
  run: (x) => attentionWeights(x.q!, x.k!, optionsOf(v, x)),
  float64: (x) => weights64(x, v),
  shape: [v.batch, v.numHeads, v.seq, v.keySeq],
  gradients: differentiated(v, 'q', 'k'),
});

/** What `cachedAttention` puts into a cache: rows of qkv from a column on, at the position of the first query. */
export function stored(qkv: Host, cache: Host, column: number, position: number): Host {
  const [batch, seq, pitch] = qkv.shape as [number, number, number];
  const [, capacity, width] = cache.shape as [number, number, number];
  const values = cache.values.slice();
  for (let b = 0; b < batch; b++)
    for (let row = Math.max(0, -position); row < seq && position + row < capacity; row++)
      for (let i = 0; i < width; i++)
        values[(b * capacity + position + row) * width + i] = qkv.values[(b * seq + row) * pitch + column + i]!;
  return { ...cache, values };
}

/** Some columns of `[batch, seq, width]`. */
export function columns(x: Host, from: number, count: number): Host {
  const [batch, seq, pitch] = x.shape as [number, number, number];
  const values = x.values.filter((_, i) => i % pitch >= from && i % pitch < from + count);
  return { ...x, shape: [batch, seq, count], values };
}

/** Result: y, or one of the caches. */
const cachedCase = (v: Variant & { queryOffset: number }, output: 0 | 1 | 2): OpCase => {
  const { q: _, k, v: values, queryOffset, ...masks } = inputsOf(v, true);
  const [width, kvWidth] = [v.numHeads * v.headDim, v.numKvHeads * v.headDim];
  return {
    name: `cachedAttention ${v.name}, ${['y', 'keys', 'values'][output]}`,
    inputs: {
      qkv: normal(`${v.name} qkv`, [v.batch, v.seq, width + 2 * kvWidth], 1.5),
      keys: k!,
      values: values!,
      position: queryOffset!,
      ...masks,
    },
    run: ({ qkv, keys, values: cached, position, ...given }) =>
      cachedAttention(qkv!, keys!, cached!, position!, optionsOf({ ...v, causal: true }, given))[output],
    float64: (x) => {
      const [keys, cached] = [x.keys!, x.values!].map((cache, i) =>
        stored(x.qkv!, cache, width + i * kvWidth, v.queryOffset),
      ) as [Host, Host];
      if (output > 0) return (output === 1 ? keys : cached).values;
      return attention64({ ...x, q: columns(x.qkv!, 0, width), k: keys, v: cached }, v);
    },
    shape: output === 0 ? [v.batch, v.seq, width] : [v.batch, v.keySeq, kvWidth],
  };
};

export const attentionCases: OpCase[] = [
  ...variants.map(attentionCase),
  ...variants.filter((v) => !v.dropoutRate && !v.tiled).map(weightsCase),
  ...cachedVariants.flatMap((v) => [cachedCase(v, 0), cachedCase(v, 1), cachedCase(v, 2)]),
];
