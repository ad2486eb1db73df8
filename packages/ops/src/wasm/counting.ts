import type * as tf from '@tensorflow/tfjs-core';
import { CountingBackend } from '../counting/counting-backend.js';
import type { Held, Ledger } from '../counting/ledger.js';
import type { TfjsWasmBackend } from './device.js';
import type { KernelModule } from './kernel-module.js';

/** Bytes of the largest table that kernels write: of larger blocks nothing is written from here. */
const LARGEST_TABLE = 2 ** 24;

/** A heap that is only counted. Addresses mean nothing; what kernels write to one falls on a page that nobody reads. */
export class CountingHeap extends CountingBackend {
  private readonly blocksAt = new Map<number, Held>();
  private next = 64;
  private largest = 0;
  private page = new ArrayBuffer(0);

  readonly wasm = {
    _malloc: (bytes: number): number => {
      this.largest = Math.max(this.largest, bytes);
      this.blocksAt.set((this.next += 64), this.ledger.take(bytes, null));
      return this.next;
    },
    _free: (address: number): void => {
      const block = this.blocksAt.get(address);
      if (block) this.ledger.release(block);
      this.blocksAt.delete(address);
    },
    wasmMemory: this.pages(),
  };
  readonly dataIdMap = { get: () => ({ memoryOffset: 0 }) };

  /** Tables for kernels are written to it: whatever the address, the largest table has its place. */
  private pages(): WebAssembly.Memory {
    const buffer = () => {
      const bytes = this.next + 64 + Math.min(this.largest, LARGEST_TABLE);
      // addresses grow with every call: a page that just held them would be made anew each time
      if (this.page.byteLength < bytes) this.page = new ArrayBuffer(2 ** Math.ceil(Math.log2(2 * bytes)));
      return this.page;
    };
    return Object.defineProperty({}, 'buffer', { get: buffer }) as WebAssembly.Memory;
  }

  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo {
    return this.output(shape, dtype);
  }

  typedArrayFromHeap({ dataId }: tf.TensorInfo): tf.TypedArray {
    return this.readSync(dataId) as tf.TypedArray;
  }
}

export const countingHeap = (ledger: Ledger): CountingHeap & TfjsWasmBackend => new CountingHeap(ledger) as never;

/** Kernels that do nothing, find nothing wrong (-1), and need as much scratch memory as the real ones. */
export const countingKernels = (kernels: KernelModule): KernelModule =>
  Object.fromEntries(
    Object.entries(kernels).map(([name, kernel]) => [name, name.endsWith('_scratch') ? kernel : () => -1]),
  ) as unknown as KernelModule;
