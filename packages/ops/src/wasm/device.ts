import type { DataType, KernelBackend, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { countingKey, type Countable } from '../counting/count-memory.js';
import { attached } from './attached.js';
import { countingHeap, countingKernels } from './counting.js';
import { compileKernels, instantiateKernels, type KernelModule } from './kernel-module.js';
import { Scratch } from './scratch.js';
import { Crew } from './threads/crew.js';

/** The part of tfjs-backend-wasm 4.22 that we lean on; `Device.attach` checks that it is there. */
export interface TfjsWasmBackend extends KernelBackend {
  wasm: {
    _malloc(bytes: number): number;
    _free(address: number): void;
    asm?: { memory?: WebAssembly.Memory };
    wasmMemory?: WebAssembly.Memory;
  };
  dataIdMap: { get(dataId: object): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  typedArrayFromHeap(info: TensorInfo): TypedArray;
}

/** A tensor that only kernels of ours see: memory and a shape, of which tfjs knows nothing. */
class Temporary implements TensorInfo {
  readonly dtype = 'float32';
  readonly dataId = {};
  constructor(
    readonly address: number,
    readonly shape: number[],
  ) {}
}

/**
 * The tfjs wasm backend together with our own module, which works in the same memory. Memory may grow (and views of
 * it die) at every allocation: addresses and views are asked for after the last `output` or `scratch` of a kernel.
 */
export class Device {
  private readonly tables: Scratch;
  private readonly memory: WebAssembly.Memory;
  /** All of the memory, as it was when last looked at. */
  private heap = new Int32Array(0);

  private constructor(
    /** tfjs's backend. */
    readonly backend: TfjsWasmBackend,
    /** Our kernels. */
    readonly kernels: KernelModule,
    /** Who makes the calls that are worth sharing. */
    readonly crew: Crew,
  ) {
    this.tables = new Scratch(backend.wasm);
    this.memory = memoryOf(backend)!;
  }

  /** Instantiates our module in the memory of a tfjs wasm backend, once per backend. Throws where tfjs's internals are not as in 4.22. */
  static async attach(kernelBackend: KernelBackend, version: string): Promise<Device> {
    const backend = kernelBackend as TfjsWasmBackend & { [attached]?: Device; [countingKey]?: Countable };
    if (backend[attached]) return backend[attached];
    if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')))
      throw new Error('wasm: this JavaScript engine has no 128-bit SIMD; use cpu() here.');
    const memory = memoryOf(backend);
    const missing = [
      memory instanceof WebAssembly.Memory ? '' : 'its memory',
      typeof backend.wasm?._malloc === 'function' && typeof backend.wasm._free === 'function' ? '' : 'malloc and free',
      typeof backend.makeOutput === 'function' && typeof backend.typedArrayFromHeap === 'function' ? '' : 'makeOutput',
      typeof backend.dataIdMap?.get === 'function' ? '' : 'dataIdMap',
    ].filter(Boolean);
    if (!memory || missing.length > 0)
      throw new Error(`wasm: tfjs-backend-wasm ${version} does not expose ${missing.join(', ')}; 4.22 is supported.`);
    const heapStart = guardMalloc(backend.wasm, memory);
    const module = await compileKernels(memory);
    const kernels = await instantiateKernels(memory, module);
    const device = new Device(backend, kernels, new Crew(memory, module, kernels, backend.wasm));
    backend[countingKey] = { backend: (ledger) => device.counting(countingHeap(ledger)), limit: 2 ** 32 - heapStart };
    return (backend[attached] = device);
  }

  /** The device of a backend on which `attach` has run. */
  static of(kernelBackend: KernelBackend): Device {
    const device = (kernelBackend as { [attached]?: Device })[attached];
    if (!device) throw new Error('wasm: activate the plugin with `await useBackend(wasm())` first.');
    return device;
  }

  /** Puts these kernels on a heap that is only counted. */
  private counting<Heap extends TfjsWasmBackend>(heap: Heap): Heap {
    const kernels = countingKernels(this.kernels);
    return Object.assign(heap, { [attached]: new Device(heap, kernels, this.crew.counting(kernels, heap.wasm)) });
  }

  /** A new tensor whose values are undefined until written. */
  output(shape: number[], dtype: DataType = 'float32'): TensorInfo {
    return this.backend.makeOutput(shape, dtype);
  }

  /** Values between the steps of one kernel, undefined until written; for `address` and `free` alone. Half the time of an output. */
  temporary(shape: number[]): TensorInfo {
    return new Temporary(this.backend.wasm._malloc(4 * tf.util.sizeFromShape(shape)) >>> 0, shape);
  }

  /** The same memory in another shape, for as long as `info` lives: nothing to be freed. */
  reshaped(info: TensorInfo, shape: number[]): TensorInfo {
    return info instanceof Temporary
      ? new Temporary(info.address, shape)
      : { dataId: info.dataId, shape, dtype: info.dtype };
  }

  /** Another tensor on the same buffer. */
  share(info: TensorInfo, shape: number[] = info.shape): TensorInfo {
    this.backend.incRef(info.dataId);
    return { dataId: info.dataId, shape, dtype: info.dtype };
  }

  /** Whether nothing but this tensor looks at the buffer, so that it may be written in place. */
  exclusive(info: TensorInfo): boolean {
    return this.backend.refCount(info.dataId) === 1;
  }

  /** Frees a tensor that a kernel made for itself. */
  free(info: TensorInfo): void {
    if (info instanceof Temporary) this.backend.wasm._free(info.address);
    else this.backend.disposeData(info.dataId);
  }

  /** Byte address of a tensor's 4-byte element, 0 for an absent tensor. */
  address(info: TensorInfo | null | undefined, element = 0): number {
    if (!info) return 0;
    const start = info instanceof Temporary ? info.address : this.backend.dataIdMap.get(info.dataId).memoryOffset;
    return (start >>> 0) + 4 * element;
  }

  /** The value of an int32 scalar. */
  integer(info: TensorInfo): number {
    const { buffer } = this.memory;
    if (this.heap.buffer !== buffer) this.heap = new Int32Array(buffer);
    return this.heap[this.address(info) / 4]!;
  }

  /** The values of a tensor, as a view that the next allocation may invalidate. */
  view<T extends TypedArray>(info: TensorInfo): T {
    return this.backend.typedArrayFromHeap(info) as T;
  }

  /** Address of at least `bytes` bytes, aligned for vectors, valid until the next call. */
  scratch(bytes: number): number {
    return this.tables.reserve(bytes);
  }

  /** A view of scratch memory for tables of addresses and numbers. */
  words(address: number, length: number): DataView {
    return new DataView(this.memory.buffer, address >>> 0, length * 4);
  }
}

const memoryOf = ({ wasm }: TfjsWasmBackend): WebAssembly.Memory | undefined => wasm?.asm?.memory ?? wasm?.wasmMemory;

/**
 * tfjs does not look at what malloc returns (where it is 0, the next upload would overwrite the heap's own tables), and
 * a size of 4 GiB reaches malloc as 0.
 *
 * @returns where the heap begins, behind tfjs's own data and stack
 */
function guardMalloc(wasm: TfjsWasmBackend['wasm'], memory: WebAssembly.Memory): number {
  const start = wasm._malloc(8); // Emscripten replaces its lazy stub at the first call
  wasm._free(start);
  const malloc = wasm._malloc;
  wasm._malloc = (bytes) => {
    const address = bytes < 2 ** 32 ? malloc(bytes) : 0;
    if (address === 0 && bytes > 0)
      throw new Error(
        `wasm: out of memory: ${mebibytes(bytes)} MiB were asked for while the heap of ` +
          `${mebibytes(memory.buffer.byteLength)} MiB (at most 4096) holds no free block of that size.`,
      );
    return address;
  };
  return start >>> 0;
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
