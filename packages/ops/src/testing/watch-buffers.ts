import * as tf from '@tensorflow/tfjs-core';

/**
 * Calls `take` with the bytes of each buffer that a backend makes, and `release` with those of each that it frees. Memory that a
 * backend keeps for its kernels is none.
 *
 * @returns what ends it
 */
export function watchBuffers(
  backend: tf.KernelBackend,
  take: (bytes: number) => void,
  release: (bytes: number) => void,
): () => void {
  const sizes = new Map<object, number>();
  const { write, disposeData } = backend;
  backend.write = (values, shape, dtype) => {
    const dataId = write.call(backend, values, shape, dtype);
    const bytes = tf.util.sizeFromShape(shape) * tf.util.bytesPerElement(dtype);
    sizes.set(dataId, bytes);
    take(bytes);
    return dataId;
  };
  backend.disposeData = (dataId, force) => {
    const bytes = sizes.get(dataId);
    const gone = disposeData.call(backend, dataId, force);
    if (gone && sizes.delete(dataId)) release(bytes!);
    return gone;
  };
  return () => {
    // the methods of its class come back
    for (const method of ['write', 'disposeData']) Reflect.deleteProperty(backend, method);
  };
}
