import { int } from '../device.js';
import { elementwise } from './elementwise.js';
import { fused } from './fused.js';

export function registerCacheAppend(): void {
  // a texture cannot be read and written by one program: the result is a cache of its own
  fused('AshlarCacheAppend', (device, { cache, x, position }) => [
    elementwise(
      device,
      {
        inputs: { cache, x, position },
        uniforms: { seq: int(x.shape[1]!) },
        functions: `
          float placed(int b, int r, int c) {
            int row = r - integer(position_(0, 0, 0));
            return row >= 0 && row < seq ? x_(b, row, c) : cache_(b, r, c);
          }`,
      },
      cache.shape,
      'placed(b, r, c)',
    ),
  ]);
}
