import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionAttrs, AttentionMasks } from '../../contract/kernels.js';
import type { Device } from '../device.js';
import { keepThreshold, streamBytes, writeStream } from './dropout.js';
import { fused } from './fused.js';

interface AttentionInputs extends AttentionMasks {
  q: Tensor;
  k: Tensor;
  rng?: Tensor;
}

/** Sizes of an attention call; the kernels take heads whose width is a multiple of 8. */
function measure({ q, k }: AttentionInputs, { numHeads, numKvHeads }: AttentionAttrs) {
  const [batch, seq, width] = q.shape as [number, number, number];
  const headDim = width / numHeads;
  return { batch, seq, keySeq: k.shape[1]!, numHeads, numKvHeads, headDim, padded: Math.ceil(headDim / 8) * 8 };
}

type Sizes = ReturnType<typeof measure>;

/** The arguments that forward and backward share, from the batch on; allocates, so addresses are read after it. */
function commonArguments(
  device: Device,
  inputs: AttentionInputs,
  attrs: AttentionAttrs & { dropoutRate: number },
  sizes: Sizes,
) {
  const drops = inputs.rng !== undefined && attrs.dropoutRate > 0;
  const stream = device.scratch(streamBytes + device.kernels.attention_scratch(sizes.padded, sizes.keySeq));
  if (drops) writeStream(device, inputs.rng!, stream);
  const offset = inputs.queryOffset ? device.view<Int32Array>(inputs.queryOffset)[0]! : sizes.keySeq - sizes.seq;
  return [
    sizes.batch,
    sizes.numHeads,
    sizes.numKvHeads,
    sizes.seq,
    sizes.keySeq,
    sizes.padded,
    attrs.scale,
    Number(attrs.causal),
    offset,
    device.address(inputs.keyMask),
    device.address(inputs.segments),
    drops ? stream : 0,
    keepThreshold(attrs.dropoutRate),
    1 / (1 - attrs.dropoutRate),
    stream + streamBytes,
  ] as const;
}

/** Runs `kernel` on heads padded to a width the kernels take; `outputs` are unpadded into tensors of the given shapes. */
function withPaddedHeads(
  device: Device,
  { headDim, padded }: Sizes,
  inputs: Tensor[],
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
    const wide = device.output(widen(input.shape));
    device.kernels.pad_rows(device.address(input), device.address(wide), heads(input.shape), headDim, padded);
    return wide;
  });
  const wideOutputs = outputShapes.map((shape) => device.output(widen(shape)));
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

function refuseUnknown({ prefixLengths, distanceBias }: AttentionInputs, { window }: AttentionAttrs): void {
  if (prefixLengths || distanceBias || window !== null)
    throw new Error('attention: window, prefixLengths and distanceBias have no kernel on wasm; use cpu() for them.');
}

export function registerAttention(): void {
  fused('AshlarAttention', (device, inputs, attrs) => {
    const { q, k, v } = inputs;
    refuseUnknown(inputs, attrs);
    const sizes = measure(inputs, attrs);
    const logSumExp = device.output([sizes.batch, sizes.numHeads, sizes.seq]);
    const [y] = withPaddedHeads(device, sizes, [q, k, v], [q.shape], (wide, [out]) => {
      const common = commonArguments(device, inputs, attrs, sizes);
      const [pq, pk, pv] = wide.map((info) => device.address(info)) as [number, number, number];
      device.kernels.attention(pq, pk, pv, device.address(out), device.address(logSumExp), ...common);
    });
    if (attrs.residuals) return [y!, logSumExp];
    device.free(logSumExp);
    return [y!];
  });

  fused('AshlarAttentionGrad', (device, inputs, attrs) => {
    const { q, k, v, y, dy, logSumExp } = inputs;
    refuseUnknown(inputs, attrs);
    const sizes = measure(inputs, attrs);
    const [dq, dk, dv] = withPaddedHeads(
      device,
      sizes,
      [q, k, v, y, dy],
      [q.shape, k.shape, v.shape],
      (wide, outputs) => {
        const common = commonArguments(device, inputs, attrs, sizes);
        const [pq, pk, pv, py, pdy] = wide.map((info) => device.address(info)) as [
          number,
          number,
          number,
          number,
          number,
        ];
        const [pdq, pdk, pdv] = outputs.map((info) => device.address(info)) as [number, number, number];
        device.kernels.attention_grad(pq, pk, pv, py, pdy, device.address(logSumExp), pdq, pdk, pdv, ...common);
      },
    ) as [TensorInfo, TensorInfo, TensorInfo];
    const gradients = { q: dq, k: dk, v: dv };
    const names = ['q', 'k', 'v'] as const;
    for (const name of names) if (!attrs.wanted.includes(name)) device.free(gradients[name]);
    return attrs.wanted.map((name) => gradients[name as (typeof names)[number]]);
  });
}
