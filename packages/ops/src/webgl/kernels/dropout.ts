import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { elementwise } from './elementwise.js';
import { philoxGlsl, philoxUniforms } from './philox.js';

export function drop(device: Device, x: TensorInfo, rng: Tensor, rate: number): TensorInfo {
  return elementwise(
    device,
    { inputs: { x }, uniforms: philoxUniforms(rng, rate), functions: philoxGlsl },
    x.shape,
    `x_(b, r, c) * kept(uint((b * outShape.y + r) * outShape.z + c))`,
  );
}
