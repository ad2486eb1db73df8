import * as tf from '@tensorflow/tfjs-core';
import { watchBuffers } from './watch-buffers.js';

/** A backend that keeps its tensors on wasm's heap. */
interface Heap {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/**
 * The most bytes that `f` holds at a time beyond those that were held before it: on wasm all blocks that were taken from
 * its heap, tensors and the kernels' scratch alike; on cpu the arrays of all tensors. Other backends do not tell.
 */
export async function peakMemory(f: () => unknown): Promise<number> {
  const backend = tf.backend() as tf.KernelBackend & { wasm?: Heap };
  const held = { now: 0, peak: 0 };
  const take = (bytes: number) => (held.peak = Math.max(held.peak, (held.now += bytes)));
  const release = (bytes = 0) => (held.now -= bytes);
  if (!backend.wasm && tf.getBackend() !== 'cpu')
    throw new Error(`peakMemory: ${tf.getBackend()} does not tell what it holds`);
  const restore = backend.wasm ? watchHeap(backend.wasm, take, release) : watchBuffers(backend, take, release);
  try {
    await f();
  } finally {
    restore();
  }
  return held.peak;
}

type Count = (bytes?: number) => void;

function watchHeap(heap: Heap, take: (bytes: number) => void, release: Count): () => void {
  const { _malloc: malloc, _free: free } = heap;
  const sizes = new Map<number, number>();
  heap._malloc = (bytes) => {
    const address = malloc(bytes);
    sizes.set(address >>> 0, bytes);
    take(bytes);
    return address;
  };
  heap._free = (address) => {
    release(sizes.get(address >>> 0));
    sizes.delete(address >>> 0);
    free(address);
  };
  return () => Object.assign(heap, { _malloc: malloc, _free: free });
}
