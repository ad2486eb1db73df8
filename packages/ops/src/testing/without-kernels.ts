import * as tf from '@tensorflow/tfjs-core';

/** Runs `f` with all fused ops of the current backend as their references. */
export async function withoutKernels<T>(f: () => Promise<T>): Promise<T> {
  const backendName = tf.getBackend();
  const kernels = tf.getKernelsForBackend(backendName).filter(({ kernelName }) => kernelName.startsWith('Ashlar'));
  for (const { kernelName } of kernels) tf.unregisterKernel(kernelName, backendName);
  try {
    return await f();
  } finally {
    for (const kernel of kernels) tf.registerKernel(kernel);
  }
}

/** Whether the current backend has a kernel for a fused op. */
export const hasKernels = (): boolean =>
  tf.getKernelsForBackend(tf.getBackend()).some(({ kernelName }) => kernelName.startsWith('Ashlar'));
