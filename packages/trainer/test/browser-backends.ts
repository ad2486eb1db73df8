/// <reference types="vite/client" />
import { webgl } from '@ashlar/ops/webgl';
import { webgpu } from '@ashlar/ops/webgpu';
import { wasm } from '@ashlar/ops/wasm';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';

const wasmPaths = {
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threadedSimd,
};

/** The backends of a page, how far from PyTorch they may be, and the flag that lets the CPU help. */
export const browserBackends = [
  { name: 'wasm', plugin: wasm({ wasmPaths }), tolerance: 1e-5, cpuFlag: null },
  { name: 'webgl', plugin: webgl(), tolerance: 1e-5, cpuFlag: 'WEBGL_CPU_FORWARD' },
  { name: 'webgpu', plugin: webgpu(), tolerance: 5e-5, cpuFlag: 'WEBGPU_CPU_FORWARD' },
] as const;
