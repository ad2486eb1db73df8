import type { KernelBackend, KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { Device } from '../device.js';

/** Inputs of a tfjs kernel by name. */
export type Inputs = Record<string, TensorInfo>;

/** A tfjs kernel of ours; `stock` runs what tfjs registered under that name, for the cases that it does well. */
export interface Kernel<Attributes> {
  (device: Device, inputs: Inputs, attributes: Attributes, stock: () => TensorInfo): TensorInfo | TensorInfo[];
}

/** Registers a kernel on the wasm backend, in the place of tfjs's own where there is one. */
export function replaceKernel<Attributes>(kernelName: string, kernel: Kernel<Attributes>): void {
  const previous = (tf.getKernel(kernelName, 'wasm') as tf.KernelConfig | undefined)?.kernelFunc;
  if (previous) tf.unregisterKernel(kernelName, 'wasm');
  const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
    const stock = () => {
      if (!previous) throw new Error(`wasm: tfjs has no kernel '${kernelName}'.`);
      return previous({ inputs, attrs, backend }) as TensorInfo;
    };
    const device = Device.of(backend as KernelBackend);
    return kernel(device, inputs as NamedTensorInfoMap as Inputs, attrs as Attributes, stock);
  };
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
}

/** Runs another kernel of the wasm backend. */
export function runKernel(backend: KernelBackend, kernelName: string, inputs: Inputs, attrs: object): TensorInfo {
  return tf
    .getKernel(kernelName, 'wasm')
    .kernelFunc({ inputs, attrs: attrs as tf.NamedAttrMap, backend }) as TensorInfo;
}
