import { instantiateKernels, type KernelModule } from '../kernel-module.js';

const guard = 7777.25;
const guardWords = 16;

/** A memory of its own for testing kernels against raw addresses, with guard words around every array. */
export class KernelTestMemory {
  private next = 1024;
  private readonly arrays: { start: number; length: number }[] = [];

  private constructor(
    readonly memory: WebAssembly.Memory,
    readonly kernels: KernelModule,
  ) {}

  static async create(pages = 128): Promise<KernelTestMemory> {
    const memory = new WebAssembly.Memory({ initial: pages });
    return new KernelTestMemory(memory, await instantiateKernels(memory));
  }

  /** Forgets all arrays. */
  reset(): void {
    this.next = 1024;
    this.arrays.length = 0;
  }

  /** The floats of the memory by element index. */
  get floats(): Float32Array {
    return new Float32Array(this.memory.buffer);
  }

  /** Address of a new float array, aligned to 4 bytes only. */
  floatArray(values: ArrayLike<number> | number): number {
    const length = typeof values === 'number' ? values : values.length;
    const start = this.next / 4 + guardWords;
    this.floats.fill(guard, start - guardWords, start + length + guardWords);
    if (typeof values !== 'number') this.floats.set(values, start);
    this.arrays.push({ start, length });
    this.next = 4 * (start + length + guardWords + 1);
    return 4 * start;
  }

  /** Address of new bytes, aligned to nothing: guard words follow the last one. */
  byteArray(values: Uint8Array): number {
    const words = Math.ceil(values.length / 4);
    const address = this.floatArray(words) + 4 * words - values.length;
    new Uint8Array(this.memory.buffer).set(values, address);
    return address;
  }

  /** Address of a new int32 array. */
  intArray(values: ArrayLike<number>): number {
    const address = this.floatArray(values.length);
    new Int32Array(this.memory.buffer).set(values, address / 4);
    return address;
  }

  /** Address of bytes that a kernel may scribble on, 16-byte aligned, guarded at the end. */
  scratch(bytes: number): number {
    this.next = Math.ceil(this.next / 16) * 16;
    const address = this.floatArray(Math.ceil(bytes / 4));
    return address;
  }

  /** A copy of n floats. */
  read(address: number, n: number): Float32Array {
    return this.floats.slice(address / 4, address / 4 + n);
  }

  /** Throws where a kernel wrote outside of its arrays. */
  checkGuards(what: string): void {
    const floats = this.floats;
    for (const { start, length } of this.arrays)
      for (let i = 1; i <= guardWords; i++)
        if (floats[start - i] !== guard || floats[start + length + i - 1] !== guard)
          throw new Error(`${what}: a word beside the array of ${length} elements was overwritten`);
  }
}

/** Reproducible numbers in [-1, 1). */
export function numbers(seed = 1): (n: number) => Float32Array {
  let state = seed;
  return (n) =>
    Float32Array.from({ length: n }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 31 - 1;
    });
}

/** Largest absolute difference; NaN where one of them is NaN and the other is not. */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < actual.length; i++)
    if (!Object.is(actual[i], expected[i])) {
      const difference = Math.abs(actual[i]! - expected[i]!);
      if (!(difference <= worst)) worst = difference;
    }
  return worst;
}
