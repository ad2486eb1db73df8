import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from './device.js';

/** Nanoseconds of an element. */
const cost = 0.2;

/** `y[outer, inner]` = the sum of `x[outer, length, inner]` over the middle axis, both float32. */
export function sumAxis(
  device: Device,
  x: TensorInfo,
  y: TensorInfo,
  [outer, length, inner]: readonly [outer: number, length: number, inner: number],
): void {
  const [px, py] = [device.address(x), device.address(y)];
  if (outer > 1) {
    const ranges = device.crew.ranges(outer, length * inner * cost);
    const [plane, row] = [4 * length * inner, 4 * inner];
    device.crew.run(
      'sum_axis',
      ranges.map(([from, to]) => [px + plane * from, py + row * from, to - from, length, inner, 0, inner]),
    );
  } else {
    const ranges = device.crew.ranges(inner, length * cost, { multiple: 16 });
    device.crew.run(
      'sum_axis',
      ranges.map((range) => [px, py, outer, length, inner, ...range]),
    );
  }
}
