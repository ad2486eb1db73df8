import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';

const kinds = { gelu: 1, gelu_new: 2, relu: 3, silu: 4 } as const;
export type ActivationKind = keyof typeof kinds;

/** Nanoseconds of an element. */
const [cost, gradCost] = [1.5, 2];
const multiple = 16;

/** y = activation(x); y may be x. */
export function activate(device: Device, x: TensorInfo, y: TensorInfo, kind: ActivationKind): void {
  const [px, py] = [device.address(x), device.address(y)];
  const ranges = device.crew.ranges(tf.util.sizeFromShape(x.shape), cost, { multiple });
  device.crew.run(
    'activate',
    ranges.map(([from, to]) => [px + 4 * from, py + 4 * from, to - from, kinds[kind]]),
  );
}

/** dx = dy * activation'(x); dx may be dy. */
export function activateGrad(
  device: Device,
  x: TensorInfo,
  dy: TensorInfo,
  dx: TensorInfo,
  kind: ActivationKind,
): void {
  const [px, pdy, pdx] = [device.address(x), device.address(dy), device.address(dx)];
  const ranges = device.crew.ranges(tf.util.sizeFromShape(x.shape), gradCost, { multiple });
  device.crew.run(
    'activate_grad',
    ranges.map(([from, to]) => [px + 4 * from, pdy + 4 * from, pdx + 4 * from, to - from, kinds[kind]]),
  );
}
