import type * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { exclusive } from '../contract/donation.js';
import type { Activation, BlockPart, FusedKernels } from '../contract/kernels.js';
import { addLayerNorm } from './add-layer-norm.js';
import { cachedAttention } from './cached-attention.js';
import { layerNorm } from './layer-norm.js';
import { linear } from './linear.js';
import { check, checkCaches, checkInput, checkResidual, describe, sameShape } from './shapes.js';

type Inputs = FusedKernels['AshlarDecoderBlock']['inputs'];

const run = /* @__PURE__ */ defineOp<'AshlarDecoderBlock'>({
  name: 'AshlarDecoderBlock',
  outputs: ['x', 'branch', 'keys', 'values'],
  visible: 4,
  reference({ x, branch, keys, values, position, keyMask, ...p }, { numHeads, scale, eps, activation }) {
    const [before, norm1] = branch
      ? addLayerNorm(x, branch, p.norm1Weight, p.norm1Bias, { eps })
      : [x, layerNorm(x, p.norm1Weight, p.norm1Bias, { eps })];
    const options = { numHeads, scale, ...(keyMask && { keyMask }) };
    const qkv = linear(norm1, p.qkvWeight, p.qkvBias);
    const [attended, ...caches] = cachedAttention(qkv, keys, values, position, options);
    const proj = linear(attended, p.projWeight, p.projBias);
    const [between, norm2] = addLayerNorm(before, proj, p.norm2Weight, p.norm2Bias, { eps });
    const inner = linear(norm2, p.fcWeight, p.fcBias, { activation });
    return [between, linear(inner, p.outWeight, p.outBias), ...caches];
  },
});

/** A weight and its bias, or null for none. */
export interface WeightAndBias {
  weight: tf.Tensor;
  bias: tf.Tensor | null;
}

/** What a decoder block is made of: two norms `[hidden]` and four projections `[out, in]`. */
export type DecoderBlockParameters = Record<BlockPart, WeightAndBias>;

/** The keys and values of one layer, donated: use only those that are returned afterwards. */
export interface LayerCache {
  /** `[batch, capacity, hidden]` */
  keys: tf.Tensor;
  /** `[batch, capacity, hidden]` */
  values: tf.Tensor;
  /** int32 scalar: where the first token goes and stands. */
  position: tf.Tensor;
  /** int32 `[batch, capacity]`, 1 for keys that may be seen. */
  keyMask?: tf.Tensor;
}

export interface DecoderBlockOptions {
  numHeads: number;
  /** Added to the variance of the norms. @default 1e-5 */
  eps?: number;
  /** Between the two projections of the feed-forward part. @default 'gelu_new' */
  activation?: Activation;
}

/**
 * A step of decoding through a whole pre-norm block, as in GPT-2: h = x + branch, then
 * a = h + proj(attention(qkv(norm1(h)))) and out(activation(fc(norm2(a)))), which the next norm adds to a.
 *
 * It computes what `addLayerNorm`, `linear` and `cachedAttention` compute one after the other, in one call: with a small model and
 * one token at a time the calls take longer than the arithmetic. It has no gradient.
 *
 * @param x `[batch, seq, hidden]`
 * @param branch as x: what is still to be added to it; null for nothing
 * @returns a, what is to be added to it, and the caches
 * @throws RangeError when the shapes do not fit
 */
export function decoderBlock(
  x: tf.Tensor,
  branch: tf.Tensor | null,
  parameters: DecoderBlockParameters,
  { keys, values, position, keyMask }: LayerCache,
  { numHeads, eps = 1e-5, activation = 'gelu_new' }: DecoderBlockOptions,
): [x: tf.Tensor, branch: tf.Tensor, keys: tf.Tensor, values: tf.Tensor] {
  const layer: LayerCache = { keys, values, position, ...(keyMask && { keyMask }) };
  checkBlock(x, branch, parameters, layer, numHeads);
  const { norm1, qkv, proj, norm2, fc, out } = parameters;
  const own = [exclusive(keys), exclusive(values)] as const;
  const inputs = {
    x,
    branch: branch ?? undefined,
    keys: own[0],
    values: own[1],
    position,
    keyMask,
    norm1Weight: norm1.weight,
    norm1Bias: norm1.bias ?? undefined,
    qkvWeight: qkv.weight,
    qkvBias: qkv.bias ?? undefined,
    projWeight: proj.weight,
    projBias: proj.bias ?? undefined,
    norm2Weight: norm2.weight,
    norm2Bias: norm2.bias ?? undefined,
    fcWeight: fc.weight,
    fcBias: fc.bias ?? undefined,
    outWeight: out.weight,
    outBias: out.bias ?? undefined,
  };
  const scale = Math.sqrt(numHeads / x.shape[2]!);
  const outputs = run(inputs as Inputs, { numHeads, scale, eps, activation });
  if (own[0] !== keys) own[0].dispose();
  if (own[1] !== values) own[1].dispose();
  return outputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
}

const parts: readonly BlockPart[] = ['norm1', 'qkv', 'proj', 'norm2', 'fc', 'out'];

function checkBlock(
  x: tf.Tensor,
  branch: tf.Tensor | null,
  parameters: DecoderBlockParameters,
  { keys, values, position, keyMask }: LayerCache,
  numHeads: number,
): void {
  const op = 'decoderBlock';
  checkInput(op, 'x', x, 'float32', 3);
  if (branch) checkResidual(op, x, branch);
  const [batch, , hidden] = x.shape as [number, number, number];
  check(hidden % numHeads === 0, () => `${op}: numHeads (${numHeads}) must divide the width of ${describe('x', x)}`);
  const inner = parameters.fc.weight.shape[0]!;
  for (const part of parts) {
    const { weight, bias } = parameters[part];
    const isNorm = part === 'norm1' || part === 'norm2';
    const rows = part === 'qkv' ? 3 * hidden : part === 'fc' ? inner : hidden;
    const width = part === 'out' ? inner : hidden;
    const [first, second] = weight.shape;
    check(
      first === rows && weight.rank === (isNorm ? 1 : 2) && (isNorm || second === width),
      () =>
        `${op}: ${describe(`the weight of ${part}`, weight)} must be [${isNorm ? hidden : `${rows}, ${width}`}] to fit ${describe('x', x)}`,
    );
    check(
      !bias || (bias.rank === 1 && bias.size === rows),
      () =>
        `${op}: ${describe(`the bias of ${part}`, bias!)} must be [${rows}] to fit its weight [${weight.shape.join(', ')}]`,
    );
  }
  check(
    keys.rank === 3 && keys.shape[0] === batch && keys.shape[2] === hidden,
    () => `${op}: ${describe('keys', keys)} must be [${batch}, capacity, ${hidden}] to fit ${describe('x', x)}`,
  );
  checkCaches(op, keys, values, position);
  check(
    !keyMask || (keyMask.dtype === 'int32' && sameShape(keyMask.shape, [batch, keys.shape[1]!])),
    () =>
      `${op}: ${describe('keyMask', keyMask!)} must be int32 [${batch}, ${keys.shape[1]}], as ${describe('keys', keys)}`,
  );
}
