import { sharedModule, unsharedModule } from './generated/modules.js';

/**
 * The functions of our wasm module (`assembly/`). Addresses are bytes, lengths and strides are elements; float arrays
 * need only 4-byte alignment. Scratch memory belongs to the caller; `*_scratch` tells how many bytes a call needs.
 */
export interface KernelModule {
  gemm_scratch(m: number, n: number, k: number): number;
  gemm(
    ...args: [
      a: number,
      b: number,
      bias: number,
      c: number,
      batch: number,
      strideA: number,
      strideB: number,
      m: number,
      n: number,
      k: number,
      transposeA: number,
      transposeB: number,
      scratch: number,
    ]
  ): void;
  transpose(x: number, y: number, rank: number, table: number): void;
  sum_axis(x: number, y: number, outer: number, length: number, inner: number): void;
}

/** Compiles our module against a memory: the build for shared memory when the memory is shared. */
export async function instantiateKernels(memory: WebAssembly.Memory): Promise<KernelModule> {
  const shared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const text = atob(shared ? sharedModule : unsharedModule);
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  return instance.exports as unknown as KernelModule;
}
