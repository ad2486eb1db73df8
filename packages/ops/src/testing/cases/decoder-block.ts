import * as tf from '@tensorflow/tfjs-core';
import type { Activation, BlockPart } from '../../contract/kernels.js';
import { decoderBlock, type DecoderBlockParameters } from '../../ops/decoder-block.js';
import { ints, normal, type Host } from '../host.js';
import { attention64 } from './attention-float64.js';
import { columns, stored } from './attention.js';
import type { OpCase } from './case.js';
import { layerNorm64 } from './layer-norm.js';
import { linear64 } from './linear.js';

interface Variant {
  name: string;
  batch: number;
  seq: number;
  capacity: number;
  position: number;
  numHeads: number;
  headDim: number;
  inner: number;
  bias?: boolean;
  /** Whether something is still to be added to x. */
  branch?: boolean;
  activation?: Activation;
  keyMask?: number[];
  eps?: number;
  nanAt?: number;
}

type Inputs = Record<string, Host>;

function inputsOf(v: Variant): Inputs {
  const hidden = v.numHeads * v.headDim;
  const [x, cache] = [[v.batch, v.seq, hidden], [v.batch, v.capacity, hidden]]; // prettier-ignore
  const shapes: Record<BlockPart, number[]> = {
    norm1: [hidden],
    qkv: [3 * hidden, hidden],
    proj: [hidden, hidden],
    norm2: [hidden],
    fc: [v.inner, hidden],
    out: [hidden, v.inner],
  };
  const host = (name: string, shape: number[], std = 1) => normal(`${v.name} ${name}`, shape, std);
  const inputs: Inputs = {
    x: host('x', x!),
    keys: host('keys', cache!),
    values: host('values', cache!),
    position: ints([], [v.position]),
    ...(v.branch && { branch: host('branch', x!) }),
    ...(v.keyMask && { keyMask: ints([v.batch, v.capacity], v.keyMask) }),
  };
  if (v.nanAt !== undefined) inputs.x!.values[v.nanAt] = NaN;
  for (const [part, shape] of Object.entries(shapes)) {
    inputs[`${part} weight`] = host(`${part} weight`, shape, 1 / Math.sqrt(shape[1] ?? 1));
    if (v.bias) inputs[`${part} bias`] = host(`${part} bias`, [shape[0]!], 0.5);
  }
  return inputs;
}

const parts: BlockPart[] = ['norm1', 'qkv', 'proj', 'norm2', 'fc', 'out'];

const run = (v: Variant, inputs: Record<string, tf.Tensor>) =>
  decoderBlock(
    inputs.x!,
    inputs.branch ?? null,
    Object.fromEntries(
      parts.map((part) => [part, { weight: inputs[`${part} weight`]!, bias: inputs[`${part} bias`] ?? null }]),
    ) as DecoderBlockParameters,
    { keys: inputs.keys!, values: inputs.values!, position: inputs.position!, ...(inputs.keyMask && { keyMask: inputs.keyMask }) }, // prettier-ignore
    { numHeads: v.numHeads, ...(v.eps && { eps: v.eps }), ...(v.activation && { activation: v.activation }) },
  );

/** The four outputs. */
function float64(v: Variant, inputs: Inputs): [x: Float64Array, branch: Float64Array, keys: Host, values: Host] {
  const { eps = 1e-5, activation = 'gelu_new' } = v;
  const hidden = v.numHeads * v.headDim;
  const host = (values: ArrayLike<number>, width: number): Host => ({
    dtype: 'float32',
    shape: [v.batch, v.seq, width],
    values: Float64Array.from(values),
  });
  const norm = (x: Host, part: BlockPart) =>
    host(layerNorm64(x, inputs[`${part} weight`]!, inputs[`${part} bias`], eps), hidden);
  const linear = (x: Host, part: BlockPart, kind = 'none') => {
    const weight = inputs[`${part} weight`]!;
    return host(linear64(x, weight, inputs[`${part} bias`], kind), weight.shape[0]!);
  };
  const sum = (a: Host, b: Host | undefined) => (b ? host(a.values.map((value, i) => value + b.values[i]!), hidden) : a); // prettier-ignore

  const before = sum(inputs.x!, inputs.branch);
  const qkv = linear(norm(before, 'norm1'), 'qkv');
  const keys = stored(qkv, inputs.keys!, hidden, v.position);
  const values = stored(qkv, inputs.values!, 2 * hidden, v.position);
  const { name, batch, seq, capacity: keySeq, numHeads, headDim, position: queryOffset } = v;
  const attention = { name, batch, seq, keySeq, numHeads, numKvHeads: numHeads, headDim, queryOffset };
  const seen = { q: columns(qkv, 0, hidden), k: keys, v: values, ...(inputs.keyMask && { keyMask: inputs.keyMask }) };
  const between = sum(before, linear(host(attention64(seen, attention), hidden), 'proj'));
  const inner = linear(norm(between, 'norm2'), 'fc', activation);
  return [between.values, linear(inner, 'out').values, keys, values];
}

/** One case: what is handed on, and the caches, one after the other. */
const blockCase = (v: Variant): OpCase => {
  const inputs = inputsOf(v);
  const size = inputs.x!.values.length * 2 + inputs.keys!.values.length * 2;
  return {
    name: `decoderBlock ${v.name}`,
    inputs,
    run: (x) => tf.concat(run(v, x).map((output) => tf.reshape(output, [-1]))),
    float64: (x) => {
      const [stream, branch, keys, values] = float64(v, x);
      return Float64Array.from([...stream, ...branch, ...keys.values, ...values.values]);
    },
    shape: [size],
  };
};

const tiny = { batch: 1, seq: 1, capacity: 5, position: 3, numHeads: 2, headDim: 8, inner: 24 };

export const decoderBlockCases: OpCase[] = [
  { ...tiny, name: 'one token', branch: true },
  { ...tiny, name: 'one token, biases', branch: true, bias: true },
  { ...tiny, name: 'the first block, the first token', position: 0, bias: true },
  { ...tiny, name: 'one of everything', batch: 1, capacity: 1, position: 0, numHeads: 1, headDim: 1, inner: 1, branch: true, eps: 0.1 }, // prettier-ignore
  { ...tiny, name: 'a prompt of primes', batch: 3, seq: 5, capacity: 7, position: 1, numHeads: 3, headDim: 5, inner: 11, branch: true, bias: true }, // prettier-ignore
  { ...tiny, name: 'left padding, gelu', batch: 2, keyMask: [0, 1, 1, 1, 1, 1, 1, 1, 1, 1], branch: true, activation: 'gelu' as const }, // prettier-ignore
  { ...tiny, name: 'relu, the last place', position: 4, branch: true, activation: 'relu' as const },
  { ...tiny, name: 'a row that is not a number', batch: 2, branch: true, nanAt: 3 },
].map(blockCase);
