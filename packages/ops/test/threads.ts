import * as tf from '@tensorflow/tfjs-core';
import type { BackendPlugin } from '../src/index.js';
import { Device } from '../src/wasm/device.js';
import { wasm, type WasmOptions } from '../src/wasm/index.js';

/** The wasm plugin with threads that share out even the smallest work. */
export function sharingAll(options: WasmOptions): BackendPlugin {
  const plugin = wasm(options);
  return {
    ...plugin,
    async activate() {
      await plugin.activate();
      Device.of(tf.backend()).crew.worthSharing = 0;
    },
  };
}
