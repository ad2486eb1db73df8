import type { BackendPlugin } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import * as tf from '@tensorflow/tfjs-core';

const name = 'cpu without bytes';

/** The cpu backend under a name of which nothing is known, so that bytes lie three to an int32, as on webgl and webgpu. */
export const withoutBytes = (): BackendPlugin => ({
  name,
  async activate() {
    await cpu().activate();
    if (!tf.findBackend(name)) {
      tf.copyRegisteredKernels('cpu', name);
      tf.registerBackend(name, tf.findBackendFactory('cpu') as () => tf.KernelBackend);
    }
    await tf.setBackend(name);
  },
});
