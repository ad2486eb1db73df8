import * as tf from '@tensorflow/tfjs-core';

/** Runs `f` as on a backend without the kernel that draws tokens. */
export async function withoutSampling<T>(f: () => Promise<T>): Promise<T> {
  const kernel = tf.getKernel('AshlarSample', tf.getBackend())!;
  tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  return f().finally(() => tf.registerKernel(kernel));
}
