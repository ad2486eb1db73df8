import * as tf from '@tensorflow/tfjs-core';
import type { BackendPlugin } from '../backend/use-backend.js';
import { Device } from './device.js';
import { registerFusedKernels } from './kernels/index.js';
import { withoutProcessHooks } from './process-hooks.js';
import { replaceStockKernels } from './stock/index.js';
import { threadCount } from './threads/count.js';
import { withSharedMemory } from './threads/share-memory.js';

/** Where the `.wasm` files of tfjs-backend-wasm are, and how many threads compute. */
export interface WasmOptions {
  /**
   * Threads that share a kernel's work, the caller included: workers of Node, or of a page that is cross-origin isolated.
   * Never more than there are cores; `auto` takes them all, and 1 where memory cannot be shared. The first use in a process
   * decides between one and several. Results are the same bytes with any number of threads. The main thread of a page must
   * not sleep and so looks, busily, for the end of what workers have begun: compute in a worker there. @default 1
   */
  threads?: number | 'auto';
  /**
   * Microseconds that a thread looks for the next kernel before it sleeps. Waking takes it 10 to 60: some hundred make small
   * models faster on idle cores, and everything slower where another program wants them. @default 0
   */
  spin?: number;
  /**
   * The folder's URL (ending in `/`), or the URL of each of `tfjs-backend-wasm.wasm`, `tfjs-backend-wasm-simd.wasm` and
   * `tfjs-backend-wasm-threaded-simd.wasm`. In Node they are found inside the package; a bundled page has to name them.
   */
  wasmPaths?: string | Record<string, string>;
  /**
   * Load tfjs's build for shared memory in cross-origin isolated pages. It starts workers from its own source text, which
   * a minifying bundler breaks: the page then waits for ever. @default false
   */
  sharedMemory?: boolean;
}

/**
 * tfjs's wasm backend with our kernels in the same memory. Needs `@tensorflow/tfjs-backend-wasm` 4.22 and a browser or
 * Node with 128-bit SIMD. Kernels that tfjs computes wrongly (matMul after an in-place update, fused.matMul, oneHot,
 * gather with batchDims, cast to bool), slowly (transposed and batched matMul, transpose, sum) or not at all
 * (unsortedSegmentSum) are replaced. Memory is at most 4 GiB; a failed allocation throws.
 */
export function wasm({ wasmPaths, sharedMemory = false, threads = 1, spin = 0 }: WasmOptions = {}): BackendPlugin {
  return {
    name: 'wasm',
    async activate() {
      const count = threadCount(threads);
      const tfjsWasm = await import('@tensorflow/tfjs-backend-wasm');
      if (wasmPaths !== undefined) tfjsWasm.setWasmPaths(wasmPaths);
      if (!sharedMemory) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
      const start = () => withoutProcessHooks(() => tf.setBackend('wasm'));
      if (!(await (count > 1 ? withSharedMemory(start) : start())))
        throw new Error(
          'wasm: tfjs-backend-wasm did not start; where a bundler moves its .wasm files, name them with `wasm({ wasmPaths })`.',
        );
      const device = await Device.attach(tf.backend(), tfjsWasm.version_wasm);
      await device.crew.resize(count, spin);
      registerOnce();
    },
  };
}

const registered = Symbol.for('@ashlar/ops wasm kernels');

/** Kernels are registered per engine and outlive a backend, so a second activation finds them in place. */
function registerOnce(): void {
  const engine = tf.engine() as unknown as { [registered]?: boolean };
  if (engine[registered]) return;
  replaceStockKernels();
  registerFusedKernels();
  engine[registered] = true;
}
