import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Turn } from '../../gpu/rotary.js';
import { float, int, type Device } from '../device.js';
import { elementwise } from './elementwise.js';

export function turn(device: Device, call: Turn): TensorInfo {
  const { x, cos, sin, positions, numHeads, interleaved, direction } = call;
  const [, seq, width] = x.shape as [number, number, number];
  const single = positions.shape.length === 0;
  const pairs = cos.shape[1]!;
  return elementwise(
    device,
    {
      name: 'AshlarRotary',
      variant: `${interleaved} ${single}`,
      inputs: { x, cos, sin, positions },
      uniforms: {
        ...{ seq: int(seq), width: int(width), headDim: int(width / numHeads), pairs: int(pairs) },
        ...{ last: int(cos.shape[0]! - 1), direction: float(direction) },
      },
      functions: `
          fn turned(i: i32) -> f32 {
            let d = (i % u.width) % u.headDim;
            if (d >= 2 * u.pairs) { return x[i]; }
            let token = i / u.width;
            let position = ${single ? 'positions[0] + token % u.seq' : 'positions[token]'};
            let at = clamp(position, 0, u.last) * u.pairs + ${interleaved ? 'd / 2' : 'd % u.pairs'};
            let isFirst = ${interleaved ? 'd % 2 == 0' : 'd < u.pairs'};
            let step = ${interleaved ? '1' : 'u.pairs'};
            let other = x[select(i - step, i + step, isFirst)] * sin[at] * u.direction;
            return x[i] * cos[at] + select(other, -other, isFirst);
          }`,
    },
    x.shape,
    'turned(i)',
  );
}
