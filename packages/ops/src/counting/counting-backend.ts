import * as tf from '@tensorflow/tfjs-core';
import type { Held, Ledger } from './ledger.js';

/** A tfjs backend whose tensors have sizes and no values: reading one gives zeros. */
export class CountingBackend extends tf.KernelBackend {
  private readonly blocks = new Map<
    object,
    { block: Held; count: number; shape: readonly number[]; dtype: tf.DataType }
  >();

  constructor(readonly ledger: Ledger) {
    super();
  }

  /** A new tensor. */
  output(shape: readonly number[], dtype: tf.DataType = 'float32'): tf.TensorInfo {
    const dataId = {};
    const block = this.ledger.take(tf.util.sizeFromShape([...shape]) * tf.util.bytesPerElement(dtype), shape);
    this.blocks.set(dataId, { block, count: 1, shape, dtype });
    return { dataId, shape: [...shape], dtype };
  }

  /** Another tensor on the same block. */
  share({ dataId }: tf.TensorInfo, shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
    this.incRef(dataId);
    return { dataId, shape: [...shape], dtype };
  }

  override write(_values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    return this.output(shape, dtype).dataId;
  }

  override incRef(dataId: object): void {
    this.blocks.get(dataId)!.count++;
  }

  override refCount(dataId: object): number {
    return this.blocks.get(dataId)?.count ?? 0;
  }

  override disposeData(dataId: object, force = false): boolean {
    const found = this.blocks.get(dataId);
    if (!found) return true;
    if (--found.count > 0 && !force) return false;
    this.blocks.delete(dataId);
    this.ledger.release(found.block);
    return true;
  }

  override readSync(dataId: object): tf.BackendValues {
    const { shape, dtype } = this.blocks.get(dataId)!;
    return tf.util.makeZerosTypedArray(tf.util.sizeFromShape([...shape]), dtype as 'float32');
  }

  override async read(dataId: object): Promise<tf.BackendValues> {
    return this.readSync(dataId);
  }

  override numDataIds(): number {
    return this.blocks.size;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override memory() {
    return { unreliable: false };
  }

  override dispose(): void {}
}
