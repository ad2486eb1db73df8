import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';

type Backend = KernelBackend & {
  makeTensorInfo(shape: number[], dtype: DataType, values?: Float32Array): TensorInfo;
};

/** The tensors that kernels make for themselves on a backend of tfjs. */
export class Tensors<B extends Backend> {
  constructor(readonly backend: B) {}

  /** A new tensor with values of the host. */
  upload(values: Float32Array, shape: readonly number[]): TensorInfo {
    return this.backend.makeTensorInfo([...shape], 'float32', values);
  }

  /** Another tensor on the same data. */
  share({ dataId, shape, dtype }: TensorInfo): TensorInfo {
    this.backend.incRef(dataId);
    return { dataId, shape, dtype };
  }

  free({ dataId }: TensorInfo): void {
    this.backend.disposeData(dataId);
  }
}
