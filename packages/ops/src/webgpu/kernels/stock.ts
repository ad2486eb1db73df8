import * as tf from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';

/** Runs a kernel of tfjs. Inputs are by name, or a list. */
export function stock(
  device: Device,
  kernelName: string,
  inputs: Record<string, tf.TensorInfo> | tf.TensorInfo[],
  attrs: object,
): tf.TensorInfo {
  const { kernelFunc } = tf.getKernel(kernelName, 'webgpu');
  return kernelFunc({
    inputs: inputs as tf.NamedTensorInfoMap,
    attrs: attrs as tf.NamedAttrMap,
    backend: device.backend,
  }) as tf.TensorInfo;
}
