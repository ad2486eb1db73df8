import * as tf from '@tensorflow/tfjs-core';
import { start } from '../backend/start.js';
import type { BackendPlugin } from '../backend/use-backend.js';
import type { Reports } from '../gpu/reports.js';
import { Device } from './device.js';
import { registerFusedKernels } from './kernels/index.js';
import { replaceScatterNd } from './scatter-nd.js';

/**
 * WebGL 2 in a browser. Needs `@tensorflow/tfjs-backend-webgl` and a device that renders to 32-bit floats; int32 tensors
 * hold 24 bits there. A kernel that tfjs computes wrongly (scatterND of one update) is replaced.
 *
 * A lost context is an error of the next fused op, and handed over by `problems()`.
 */
export function webgl(): BackendPlugin {
  let reports: Reports | undefined;
  return {
    name: 'webgl',
    async activate() {
      await import('@tensorflow/tfjs-backend-webgl');
      await start('webgl', 'it needs a browser with WebGL 2.');
      if (!tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED'))
        throw new Error(
          'webgl: this device renders to 16-bit floats only, which is not enough to train or to compare.',
        );
      replaceScatterNd();
      reports = Device.attach(tf.backend()).reports;
      reports.check();
      registerFusedKernels();
    },
    problems: () => reports?.take() ?? [],
  };
}
