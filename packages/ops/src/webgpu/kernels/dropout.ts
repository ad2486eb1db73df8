import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { elementwise } from './elementwise.js';
import { philoxUniforms, philoxWgsl } from './philox.js';

export const drop = (device: Device, x: TensorInfo, rng: Tensor, rate: number): TensorInfo =>
  elementwise(
    device,
    { name: 'AshlarDropout', inputs: { x }, uniforms: philoxUniforms(rng, rate), functions: philoxWgsl },
    x.shape,
    'x[i] * kept(u32(i))',
  );
