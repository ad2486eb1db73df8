import * as tf from '@tensorflow/tfjs-core';
import { start } from '../backend/start.js';
import type { BackendPlugin } from '../backend/use-backend.js';
import type { Reports } from '../gpu/reports.js';
import { Device } from './device.js';
import { registerFusedKernels } from './kernels/index.js';
import { provideGpu } from './node-gpu.js';

/**
 * WebGPU in a browser, or in Node through the npm package `webgpu`, which is loaded there and nowhere else. Needs
 * `@tensorflow/tfjs-backend-webgpu`.
 *
 * WebGPU reports a shader that does not compile, or a lost device, later and without an exception: results are garbage from
 * then on. The next fused op throws what was reported; `problems()` hands it over, after reading a result.
 */
export function webgpu(): BackendPlugin {
  let reports: Reports | undefined;
  return {
    name: 'webgpu',
    async activate() {
      await provideGpu();
      await import('@tensorflow/tfjs-backend-webgpu');
      await start('webgpu', 'it needs a browser with WebGPU and an adapter for it.');
      reports = Device.attach(tf.backend()).reports;
      reports.check();
      registerFusedKernels();
    },
    problems: () => reports?.take() ?? [],
  };
}
