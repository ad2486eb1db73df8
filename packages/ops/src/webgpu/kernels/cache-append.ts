import { int } from '../device.js';
import { fused } from './fused.js';

export function registerCacheAppend(): void {
  fused('AshlarCacheAppend', (device, { cache, x, position }) => {
    const [batch, capacity, width] = cache.shape as [number, number, number];
    const seq = x.shape[1]!;
    device.run({
      name: 'AshlarCacheAppend',
      inputs: { x, position },
      outputs: { cache },
      uniforms: { size: int(batch * seq * width), capacity: int(capacity), width: int(width), seq: int(seq) },
      groups: Math.ceil((batch * seq * width) / 64),
      main: `
        let i = group * 64 + lane;
        let row = (i / u.width) % u.seq + position[0];
        if (i < u.size && row >= 0 && row < u.capacity) {
          cache[((i / (u.width * u.seq)) * u.capacity + row) * u.width + i % u.width] = x[i];
        }`,
    });
    return [device.share(cache)];
  });
}
