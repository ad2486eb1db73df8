import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { elementwise } from './elementwise.js';
import { fused } from './fused.js';
import { philoxGlsl, philoxUniforms } from './philox.js';

function drop(device: Device, x: TensorInfo, rng: Tensor, rate: number): TensorInfo[] {
  return [
    elementwise(
      device,
      { inputs: { x }, uniforms: philoxUniforms(rng, rate), functions: philoxGlsl },
      x.shape,
      `x_(b, r, c) * kept(uint((b * outShape.y + r) * outShape.z + c))`,
    ),
  ];
}

export function registerDropout(): void {
  fused('AshlarDropout', (device, { x, rng }, { rate }) => drop(device, x, rng, rate));
  fused('AshlarDropoutGrad', (device, { dy, rng }, { rate }) => drop(device, dy, rng, rate));
}
