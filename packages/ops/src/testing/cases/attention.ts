import type * as tf from '@tensorflow/tfjs-core';
import { attention, attentionWeights, type AttentionWeightsOptions } from '../../ops/attention.js';
import { DropoutRng } from '../../random/dropout-rng.js';
import { floats, ints, normal, type Host } from '../host.js';
import { attention64, rngOptions, weights64 } from './attention-float64.js';
import { variants, type Variant } from './attention-variants.js';
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

export const attentionCases: OpCase[] = [
  ...variants.map(attentionCase),
  ...variants.filter((v) => !v.dropoutRate && !v.tiled).map(weightsCase),
];
