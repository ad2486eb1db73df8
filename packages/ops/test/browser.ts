/// <reference types="vite/client" />
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendPlugin } from '../src/index.js';
import { wasm } from '../src/wasm/index.js';
import { webgl } from '../src/webgl/index.js';
import { webgpu } from '../src/webgpu/index.js';

/** Where the page has tfjs's files. */
export const wasmPaths = {
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threadedSimd,
};

/** The wasm plugin with the files of the page. */
export const wasmInPage = (): BackendPlugin => wasm({ wasmPaths });

/** Small tensors would be computed on the CPU: a plugin whose backend computes all of them itself. */
const onDevice = (plugin: BackendPlugin, flag: string): BackendPlugin => ({
  ...plugin,
  async activate() {
    await plugin.activate();
    tf.env().set(flag, false);
  },
});

export const webglOnDevice = (): BackendPlugin => onDevice(webgl(), 'WEBGL_CPU_FORWARD');
export const webgpuOnDevice = (): BackendPlugin => onDevice(webgpu(), 'WEBGPU_CPU_FORWARD');
