import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionAttrs, AttentionMasks } from '../../contract/kernels.js';
import type { Device } from '../device.js';
import { sumAxis } from '../sum-axis.js';
import { keepThreshold, streamBytes, writeStream } from './dropout.js';
import { fused, type Addresses } from './fused.js';

type AttentionInputs = { [name in keyof AttentionMasks | 'rng']?: Tensor | undefined } & {
  q: TensorInfo;
  k: TensorInfo;
};

/** Sizes of an attention call; the kernels take heads whose width is a multiple of 8. */
function measure({ q, k }: AttentionInputs, { numHeads, numKvHeads }: AttentionAttrs) {
  const [batch, seq, width] = q.shape as [number, number, number];
  const headDim = width / numHeads;
  return { batch, seq, keySeq: k.shape[1]!, numHeads, numKvHeads, headDim, padded: Math.ceil(headDim / 8) * 8 };
}

type Sizes = ReturnType<typeof measure>;

/** A reach beyond all keys, small enough for sums of two and a position. */
const far = 2 ** 29;

/** Nanoseconds that the elements of a query and a key take, forward and backward. */
const [cost, gradCost] = [0.12, 0.3];

/**
 * The arguments that forward and backward share, a list for each range of texts and key heads; allocates, so addresses are
 * read after it.
 */
function commonArguments(
  device: Device,
  inputs: AttentionInputs,
  attrs: AttentionAttrs & { dropoutRate: number },
  sizes: Sizes,
  pairCost: number,
) {
  const drops = inputs.rng !== undefined && attrs.dropoutRate > 0;
  const stream = device.scratch(streamBytes);
  if (drops) writeStream(device, inputs.rng!, stream);
  const offset = inputs.queryOffset ? device.integer(inputs.queryOffset) : sizes.keySeq - sizes.seq;
  const reach = attrs.window === null ? far : attrs.window - 1;
  const seen = Math.min(sizes.keySeq, attrs.causal ? Math.min(sizes.keySeq / 2, reach) : 2 * reach);
  const unit = (sizes.numHeads / sizes.numKvHeads) * sizes.seq * seen * sizes.padded * pairCost;
  const ranges = device.crew.ranges(sizes.batch * sizes.numKvHeads, unit);
  const common = [
    sizes.numHeads,
    sizes.numKvHeads,
    sizes.seq,
    sizes.keySeq,
    sizes.padded,
    attrs.scale,
    reach,
    attrs.causal ? 0 : reach,
    Math.max(-far / 2, Math.min(offset, far / 2)),
    device.address(inputs.prefixLengths),
    device.address(inputs.keyMask),
    device.address(inputs.segments),
    device.address(inputs.distanceBias),
    drops ? stream : 0,
    keepThreshold(attrs.dropoutRate),
    1 / (1 - attrs.dropoutRate),
  ] as const;
  return ranges.map((range) => [...range, ...common] as const);
}

/** Runs `kernel` on heads padded to a width the kernels take; `outputs` are unpadded into tensors of the given shapes. */
function withPaddedHeads(
  device: Device,
  { headDim, padded }: Sizes,
  inputs: TensorInfo[],
  outputShapes: number[][],
  kernel: (inputs: TensorInfo[], outputs: TensorInfo[]) => void,
): TensorInfo[] {
  if (headDim === padded) {
    const outputs = outputShapes.map((shape) => device.output(shape));
    kernel(inputs, outputs);
    return outputs;
  }
  const widen = (shape: number[]) => [...shape.slice(0, -1), (shape.at(-1)! / headDim) * padded];
  const heads = (shape: number[]) => shape.reduce((size, length) => size * length, 1) / headDim;
  const wideInputs = inputs.map((input) => {
    const wide = device.temporary(widen(input.shape));
    device.kernels.pad_rows(device.address(input), device.address(wide), heads(input.shape), headDim, padded);
    return wide;
  });
  const wideOutputs = outputShapes.map((shape) => device.temporary(widen(shape)));
  kernel(wideInputs, wideOutputs);
  wideInputs.forEach((wide) => device.free(wide));
  return wideOutputs.map((wide, i) => {
    const shape = outputShapes[i]!;
    const out = device.output(shape);
    device.kernels.copy_rows(device.address(wide), device.address(out), heads(shape), headDim, padded, headDim);
    device.free(wide);
    return out;
  });
}

/** y, and with `residuals` logSumExp. */
export function attend(
  device: Device,
  inputs: AttentionInputs & { v: TensorInfo },
  attrs: AttentionAttrs & { dropoutRate: number; residuals: boolean },
): TensorInfo[] {
  const { q, k, v } = inputs;
  const sizes = measure(inputs, attrs);
  const statistics = [sizes.batch, sizes.numHeads, sizes.seq];
  const logSumExp = attrs.residuals ? device.output(statistics) : device.temporary(statistics);
  const [y] = withPaddedHeads(device, sizes, [q, k, v], [q.shape], (wide, [out]) => {
    const calls = commonArguments(device, inputs, attrs, sizes, cost);
    const addresses = [...wide, out, logSumExp].map((info) => device.address(info)) as Addresses<5>;
    device.crew.runWithScratch(
      'attention',
      device.kernels.attention_scratch(sizes.padded, sizes.seq, sizes.keySeq),
      calls.map((common) => [...addresses, ...common]),
    );
  });
  if (attrs.residuals) return [y!, logSumExp];
  device.free(logSumExp);
  return [y!];
}

export function registerAttention(): void {
  fused('AshlarAttention', attend);

  fused('AshlarAttentionGrad', (device, inputs, attrs) => {
    const { q, k, v, y, dy, logSumExp } = inputs;
    const sizes = measure(inputs, attrs);
    const { batch, numHeads, seq, keySeq } = sizes;
    const diagonals = seq + keySeq - 1;
    const dbias = attrs.wanted.includes('distanceBias') ? device.output([batch, numHeads, diagonals]) : undefined;
    const [dq, dk, dv] = withPaddedHeads(
      device,
      sizes,
      [q, k, v, y, dy],
      [q.shape, k.shape, v.shape],
      (wide, outputs) => {
        const calls = commonArguments(device, inputs, attrs, sizes, gradCost);
        const tensors = [...wide, logSumExp, ...outputs, dbias];
        const addresses = tensors.map((info) => device.address(info)) as Addresses<10>;
        device.crew.runWithScratch(
          'attention_grad',
          device.kernels.attention_scratch(sizes.padded, sizes.seq, sizes.keySeq),
          calls.map((common) => [...addresses, ...common]),
        );
      },
    ) as [TensorInfo, TensorInfo, TensorInfo];
    const gradients = { q: dq, k: dk, v: dv, distanceBias: dbias && sumOfBatch(device, dbias) };
    for (const name of ['q', 'k', 'v'] as const) if (!attrs.wanted.includes(name)) device.free(gradients[name]);
    return attrs.wanted.map((name) => gradients[name]!);
  });
}

/** `[batch, ...]` to the sum `[...]` over the batch; frees what it gets. */
function sumOfBatch(device: Device, parts: TensorInfo): TensorInfo {
  const [batch, ...shape] = parts.shape as [number, ...number[]];
  const sum = device.output(shape);
  sumAxis(device, parts, sum, [1, batch, tf.util.sizeFromShape(shape)]);
  device.free(parts);
  return sum;
}
