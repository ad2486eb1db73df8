import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { elementwise } from './elementwise.js';
import { fused } from './fused.js';
import { philoxUniforms, philoxWgsl } from './philox.js';

const drop = (device: Device, x: TensorInfo, rng: Tensor, rate: number) => [
  elementwise(
    device,
    { name: 'AshlarDropout', inputs: { x }, uniforms: philoxUniforms(rng, rate), functions: philoxWgsl },
    x.shape,
    'x[i] * kept(u32(i))',
  ),
];

export function registerDropout(): void {
  fused('AshlarDropout', (device, { x, rng }, { rate }) => drop(device, x, rng, rate));
  fused('AshlarDropoutGrad', (device, { dy, rng }, { rate }) => drop(device, dy, rng, rate));
}
