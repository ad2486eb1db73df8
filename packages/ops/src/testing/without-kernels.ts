import * as tf from '@tensorflow/tfjs-core';

/** With it tfjs's programs on webgl serve all shapes; else it compiles each of them again for each shape. */
const anyShape = 'WEBGL_USE_SHAPES_UNIFORMS';

/** Runs `f` with all fused ops of the current backend as their references. */
export async function withoutKernels<T>(f: () => Promise<T>): Promise<T> {
  const backendName = tf.getBackend();
  const kernels = tf.getKernelsForBackend(backendName).filter(({ kernelName }) => kernelName.startsWith('Ashlar'));
  for (const { kernelName } of kernels) tf.unregisterKernel(kernelName, backendName);
  const before = backendName === 'webgl' ? tf.env().getBool(anyShape) : undefined;
  if (before !== undefined) tf.env().set(anyShape, true);
  try {
    return await f();
  } finally {
    if (before !== undefined) tf.env().set(anyShape, before);
    for (const kernel of kernels) tf.registerKernel(kernel);
  }
}

/** Whether the current backend has a kernel for a fused op. */
export const hasKernels = (): boolean =>
  tf.getKernelsForBackend(tf.getBackend()).some(({ kernelName }) => kernelName.startsWith('Ashlar'));
