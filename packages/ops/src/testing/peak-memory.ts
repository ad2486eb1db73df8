import * as tf from '@tensorflow/tfjs-core';

/** A backend that keeps its tensors on wasm's heap. */
interface Heap {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** A backend that keeps its tensors as arrays. */
interface Arrays {
  write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object;
  disposeData(dataId: object, force?: boolean): boolean;
}

/**
 * The most bytes that `f` holds at a time beyond those that were held before it: on wasm all blocks that were taken from
 * its heap, tensors and the kernels' scratch alike; on cpu the arrays of all tensors. Other backends do not tell.
 */
export async function peakMemory(f: () => unknown): Promise<number> {
  const backend = tf.backend() as tf.KernelBackend & Partial<Arrays> & { wasm?: Heap };
  const held = { now: 0, peak: 0 };
  const take = (bytes: number) => (held.peak = Math.max(held.peak, (held.now += bytes)));
  const release = (bytes = 0) => (held.now -= bytes);
  const restore = backend.wasm ? watchHeap(backend.wasm, take, release) : watchArrays(backend as Arrays, take, release);
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

function watchArrays(backend: Arrays, take: (bytes: number) => void, release: Count): () => void {
  if (tf.getBackend() !== 'cpu') throw new Error(`peakMemory: ${tf.getBackend()} does not tell what it holds`);
  const sizes = new WeakMap<object, number>();
  const { write, disposeData } = backend;
  backend.write = (values, shape, dtype) => {
    const dataId = write.call(backend, values, shape, dtype);
    const bytes = tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);
    sizes.set(dataId, bytes);
    take(bytes);
    return dataId;
  };
  backend.disposeData = (dataId, force) => {
    const gone = disposeData.call(backend, dataId, force);
    if (gone) release(sizes.get(dataId));
    return gone;
  };
  return () => {
    for (const name of ['write', 'disposeData'] as const) delete (backend as Partial<Arrays>)[name];
  };
}
