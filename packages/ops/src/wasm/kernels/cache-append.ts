import { isCounting } from '../../counting/count-memory.js';
import { fused } from './fused.js';

export function registerCacheAppend(): void {
  fused('AshlarCacheAppend', (device, { cache, x, position }) => {
    if (isCounting()) return [device.share(cache)]; // a view of what has no values would be made for nothing
    const [batch, capacity, width] = cache.shape as [number, number, number];
    const [, seq] = x.shape as [number, number, number];
    const from = device.integer(position);
    const rows = Math.max(0, Math.min(seq, capacity - from));
    const target = device.view<Float32Array>(cache);
    const source = device.view<Float32Array>(x);
    for (let b = 0; b < batch; b++)
      target.set(
        source.subarray(b * seq * width, (b * seq + rows) * width),
        (b * capacity + Math.min(from, capacity)) * width,
      );
    return [device.share(cache)];
  });
}
