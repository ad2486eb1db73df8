import * as tf from '@tensorflow/tfjs-core';
import { start } from '../backend/start.js';
import type { BackendPlugin } from '../backend/use-backend.js';

const watched = Symbol.for('@ashlar/ops webgpu problems');

/** The little that we use of a `GPUDevice`. */
interface Device {
  [watched]?: string[];
  lost: Promise<{ reason: string; message: string }>;
  addEventListener(type: 'uncapturederror', listener: (event: { error: { message: string } }) => void): void;
}

/**
 * WebGPU in a browser. Needs `@tensorflow/tfjs-backend-webgpu`. All fused ops run as their references.
 *
 * WebGPU reports a shader that does not compile, or a lost device, later and without an exception: the results are
 * garbage until then. Ask `problems()` after reading a result.
 */
export function webgpu(): BackendPlugin {
  let found: string[] = [];
  return {
    name: 'webgpu',
    async activate() {
      await import('@tensorflow/tfjs-backend-webgpu');
      await start('webgpu', 'it needs a browser with WebGPU and an adapter for it.');
      found = watch((tf.backend() as unknown as { device: Device }).device);
    },
    problems: () => found.splice(0),
  };
}

/** Collects what a device reports, once for each device. */
function watch(device: Device): string[] {
  if (device[watched]) return device[watched];
  const problems: string[] = (device[watched] = []);
  device.addEventListener('uncapturederror', ({ error }) => problems.push(error.message));
  void device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') problems.push(`the device was lost: ${message}`);
  });
  return problems;
}
