import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Fused } from './fused.js';

export function registerDropout<Device>(
  fused: Fused<Device>,
  drop: (device: Device, x: TensorInfo, rng: Tensor, rate: number) => TensorInfo,
): void {
  fused('AshlarDropout', (device, { x, rng }, { rate }) => [drop(device, x, rng, rate)]);
  fused('AshlarDropoutGrad', (device, { dy, rng }, { rate }) => [drop(device, dy, rng, rate)]);
}
