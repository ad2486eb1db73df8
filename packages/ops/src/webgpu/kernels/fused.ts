import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedKernelName, FusedKernels } from '../../contract/kernels.js';
import { registerFusedKernel, type Covers } from '../../contract/registry.js';
import { Device } from '../device.js';

/** Registers the webgpu kernel of a fused op. */
export function fused<Name extends FusedKernelName>(
  name: Name,
  kernel: (device: Device, inputs: FusedKernels[Name]['inputs'], attrs: FusedKernels[Name]['attrs']) => TensorInfo[],
  covers?: Covers<Name>,
): void {
  registerFusedKernel<Name, KernelBackend>(
    name,
    'webgpu',
    ({ inputs, attrs, backend }) => kernel(Device.attach(backend), inputs, attrs),
    covers && { covers },
  );
}
