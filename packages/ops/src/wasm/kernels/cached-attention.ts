import type { TensorInfo } from '@tensorflow/tfjs-core';
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

/** The queries `[batch, seq, width]`, which come first in each row: a tensor of its own where there are several rows. */
function takeQueries(device: Device, qkv: TensorInfo, width: number): TensorInfo {
  const [batch, seq, pitch] = qkv.shape as [number, number, number];
  const shape = [batch, seq, width];
  if (batch * seq === 1) return device.share(qkv, shape);
  const q = device.output(shape);
  device.kernels.copy_rows(device.address(qkv), device.address(q), batch * seq, width, pitch, width);
  return q;
}

export function registerCachedAttention(): void {
  fused('AshlarCachedAttention', (device, { qkv, keys, values, position, ...masks }, attrs) => {
    const [at] = device.view<Int32Array>(position) as unknown as [number];
    const kvWidth = keys.shape[2]!;
    const width = qkv.shape[2]! - 2 * kvWidth;
    store(device, qkv, { from: width, width: kvWidth }, keys, at);
    store(device, qkv, { from: width + kvWidth, width: kvWidth }, values, at);
    const q = takeQueries(device, qkv, width);
    const inputs = { ...masks, q, k: keys, v: values, queryOffset: position };
    const [y] = attend(device, inputs, { ...attrs, dropoutRate: 0, residuals: false });
    device.free(q);
    return [y!, device.share(keys), device.share(values)];
  });
}
