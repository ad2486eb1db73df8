import * as tf from '@tensorflow/tfjs-core';
import { attached } from '../wasm/attached.js';
import type { Device } from '../wasm/device.js';
import { workOf, type KernelWork } from './kernel-work.js';

/** One call of a function of our wasm module. */
export interface WatchedKernel {
  /** The function, and for a product of matrices its sizes and which of them lies transposed. */
  name: string;
  milliseconds: number;
  /** Missing where nobody has counted it. */
  work?: KernelWork;
}

/**
 * Calls `take` with each function of our module that the caller's thread runs on the backend in use, `wasm`.
 *
 * @returns what ends it
 * @throws Error on another backend
 */
export function watchKernels(take: (kernel: WatchedKernel) => void): () => void {
  const device = (tf.backend() as { [attached]?: Device })[attached];
  if (!device) throw new Error(`watchKernels: the backend is ${tf.getBackend()}, not wasm of @ashlar/ops`);
  const kernels = device.kernels as unknown as Record<string, (...args: number[]) => number>;
  const originals = { ...kernels };
  const watched = Object.entries(originals).map(([name, kernel]) => {
    const timed = (...args: number[]) => {
      const from = performance.now();
      const result = kernel(...args);
      const milliseconds = performance.now() - from;
      take({ name, milliseconds, ...workOf(name, args, (address, words) => device.words(address, words)) });
      return result;
    };
    return [name, timed];
  });
  Object.assign(kernels, Object.fromEntries(watched));
  return () => void Object.assign(kernels, originals);
}
