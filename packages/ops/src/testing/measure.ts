import * as tf from '@tensorflow/tfjs-core';
import { watchBuffers } from './watch-buffers.js';

/** What a computation asked of the engine and the backend. */
export interface Cost {
  /** Kernels that the engine ran, in order. */
  kernels: string[];
  /** How many of them were clones (`Identity`). */
  clones: number;
  /** Buffers that were made and freed before the result was there; scratch that a backend keeps for its kernels is none. */
  temporaries: number;
  /** Bytes of all buffers that were made, the results included. */
  bytes: number;
  /** Most bytes of them that existed at a time. */
  peakBytes: number;
}

/**
 * Measures `f` on the current backend: kernels by `tf.profile`, buffers where the backend makes and frees them, so that those
 * that a kernel has for itself count too. The tensors that `f` returns are disposed of.
 */
export async function measure(f: () => tf.TensorContainer): Promise<Cost> {
  const buffers = { made: 0, live: 0, bytes: 0, now: 0, peak: 0 };
  const restore = watchBuffers(
    tf.backend(),
    (bytes) => {
      buffers.made++;
      buffers.live++;
      buffers.bytes += bytes;
      buffers.peak = Math.max(buffers.peak, (buffers.now += bytes));
    },
    (bytes) => {
      buffers.live--;
      buffers.now -= bytes;
    },
  );
  try {
    const { kernels, result } = await tf.profile(() => tf.tidy(f));
    const { made, live, bytes, peak } = buffers;
    tf.dispose(result);
    const names = kernels.map(({ name }) => name);
    const clones = names.filter((name) => name === 'Identity').length;
    return { kernels: names, clones, temporaries: made - live, bytes, peakBytes: peak };
  } finally {
    restore();
  }
}
