import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedKernelName, FusedKernels } from '../contract/kernels.js';
import { registerFusedKernel, type Covers } from '../contract/registry.js';

/** Registers the kernel of a fused op, which gets the device. */
export type Fused<Device> = <Name extends FusedKernelName>(
  name: Name,
  kernel: (device: Device, inputs: FusedKernels[Name]['inputs'], attrs: FusedKernels[Name]['attrs']) => TensorInfo[],
  covers?: Covers<Name>,
) => void;

/** `Fused` for the backend of this name. */
export const fusedOn =
  <Device>(backendName: string, attach: (backend: KernelBackend) => Device): Fused<Device> =>
  (name, kernel, covers) =>
    registerFusedKernel<typeof name, KernelBackend>(
      name,
      backendName,
      ({ inputs, attrs, backend }) => kernel(attach(backend), inputs, attrs),
      covers && { covers },
    );
