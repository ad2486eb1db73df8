import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Turn } from '../../gpu/rotary.js';
import { float, int, type Device } from '../device.js';
import { elementwise } from './elementwise.js';

export function turn(device: Device, call: Turn): TensorInfo {
  const { x, cos, sin, positions, numHeads, interleaved, direction } = call;
  const single = positions.shape.length === 0;
  const uniforms = {
    ...{ headDim: int(x.shape[2]! / numHeads), pairs: int(cos.shape[1]!) },
    ...{ last: int(cos.shape[0]! - 1), direction: float(direction) },
  };
  const functions = `
    float turned(int b, int r, int c) {
      int d = imod(c, headDim);
      if (d >= 2 * pairs) return x_(b, r, c);
      int position = ${single ? 'integer(positions_(0, 0, 0)) + r' : 'integer(positions_(0, b, r))'};
      int at = clamp(position, 0, last);
      int pair = ${interleaved ? 'd / 2' : 'imod(d, pairs)'};
      bool isFirst = ${interleaved ? 'imod(d, 2) == 0' : 'd < pairs'};
      int apart = ${interleaved ? '1' : 'pairs'};
      float other = x_(b, r, isFirst ? c + apart : c - apart) * sin_(0, at, pair) * direction;
      return x_(b, r, c) * cos_(0, at, pair) + (isFirst ? -other : other);
    }`;
  return elementwise(device, { inputs: { x, cos, sin, positions }, uniforms, functions }, x.shape, 'turned(b, r, c)');
}
