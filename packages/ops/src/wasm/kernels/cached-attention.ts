import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionAttrs, FusedKernels } from '../../contract/kernels.js';
import type { Device } from '../device.js';
import { attend } from './attention.js';
import { fused } from './fused.js';

/** A part of the rows of packed projections: where it begins and how wide it is, in elements. */
interface Columns {
  from: number;
  width: number;
}

/** Writes columns of `[batch, seq, ...]` into the rows of a cache from `position` on; rows outside of it are dropped. */
function store(device: Device, qkv: TensorInfo, { from, width }: Columns, cache: TensorInfo, position: number): void {
  const [batch, seq, pitch] = qkv.shape as [number, number, number];
  const capacity = cache.shape[1]!;
  const first = Math.max(0, -position);
  const rows = Math.min(seq, capacity - position) - first;
  if (rows <= 0) return;
  for (let b = 0; b < batch; b++)
    device.kernels.copy_rows(
      device.address(qkv, (b * seq + first) * pitch + from),
      device.address(cache, (b * capacity + position + first) * width),
      rows,
      width,
      pitch,
      width,
    );
}

/** The queries `[batch, seq, width]`, which come first in each row: where there are several rows a copy, to be freed. */
function takeQueries(device: Device, qkv: TensorInfo, width: number): { q: TensorInfo; copied: boolean } {
  const [batch, seq, pitch] = qkv.shape as [number, number, number];
  const shape = [batch, seq, width];
  if (batch * seq === 1) return { q: device.reshaped(qkv, shape), copied: false };
  const q = device.temporary(shape);
  device.kernels.copy_rows(device.address(qkv), device.address(q), batch * seq, width, pitch, width);
  return { q, copied: true };
}

type Inputs = Omit<FusedKernels['AshlarCachedAttention']['inputs'], 'qkv' | MaskName> & {
  qkv: TensorInfo;
} & { [name in MaskName]?: Tensor | undefined };
type MaskName = 'keyMask' | 'prefixLengths' | 'distanceBias';

/** Writes keys and values into their caches; what the queries attend to. */
export function attendCached(device: Device, inputs: Inputs, attrs: AttentionAttrs): TensorInfo {
  const { qkv, keys, values, position, keyMask, prefixLengths, distanceBias } = inputs;
  const at = device.integer(position);
  const kvWidth = keys.shape[2]!;
  const width = qkv.shape[2]! - 2 * kvWidth;
  store(device, qkv, { from: width, width: kvWidth }, keys, at);
  store(device, qkv, { from: width + kvWidth, width: kvWidth }, values, at);
  const { q, copied } = takeQueries(device, qkv, width);
  const masks = { queryOffset: position, keyMask, prefixLengths, distanceBias };
  const [y] = attend(device, { q, k: keys, v: values, ...masks }, { ...attrs, dropoutRate: 0, residuals: false });
  if (copied) device.free(q);
  return y!;
}

export function registerCachedAttention(): void {
  fused('AshlarCachedAttention', (device, inputs, attrs) => {
    const y = attendCached(device, inputs, attrs);
    return [y, device.share(inputs.keys), device.share(inputs.values)];
  });
}
