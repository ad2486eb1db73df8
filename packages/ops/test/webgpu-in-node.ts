import * as tf from '@tensorflow/tfjs-core';
import type { BackendPlugin } from '../src/index.js';
import { webgpu } from '../src/webgpu/index.js';

/** The webgpu plugin where small tensors, too, are computed by the device; and why it cannot be used here, if so. */
export async function webgpuInNode(): Promise<{ plugin: () => BackendPlugin; reason?: string }> {
  const plugin = (): BackendPlugin => {
    const original = webgpu();
    return {
      ...original,
      async activate() {
        await original.activate();
        tf.env().set('WEBGPU_CPU_FORWARD', false);
      },
    };
  };
  try {
    await plugin().activate();
    return { plugin };
  } catch (error) {
    return { plugin, reason: (error as Error).message };
  }
}
