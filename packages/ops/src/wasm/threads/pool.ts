import type { KernelModule } from '../kernel-module.js';
import { workerText } from '../generated/modules.js';
import { startWorker } from './start-worker.js';
import {
  argumentLimit,
  boardBytes,
  boardOf,
  capacity,
  failed,
  kernel,
  left,
  pending,
  scratch,
  spin,
  spinWhile,
  stride,
  takeShare,
  width,
} from './worker.js';

/** Scratch memory of which every thread has `bytes` bytes. */
export interface ThreadScratch {
  address: number;
  bytes: number;
}

/**
 * The calling thread and workers that share out calls of one kernel at a time. The caller takes calls as the workers do and
 * waits only for those that a worker has begun: a worker that sleeps or whose core is busy costs nothing.
 */
export class Pool {
  private readonly buffer = new SharedArrayBuffer(boardBytes);
  private readonly board = boardOf(this.buffer);
  private readonly names: string[];
  private readonly functions: unknown[];
  private readonly maySleep = this.sleepIsAllowed();
  private workers = 0;
  /** Calls that workers made. */
  madeByWorkers = 0;

  /** A pool of the caller alone, on shared memory; `kernels` are the caller's functions of the module. */
  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly module: WebAssembly.Module,
    kernels: KernelModule,
  ) {
    this.names = Object.keys(kernels);
    this.functions = Object.values(kernels);
  }

  /** Number of threads, the caller included. */
  get threads(): number {
    return 1 + this.workers;
  }

  /** Starts workers until there are `threads` threads. */
  async grow(threads: number): Promise<void> {
    const { memory, module, buffer: board } = this;
    const first = this.threads;
    const more = Array.from({ length: Math.max(0, threads - first) }, (_, i) =>
      startWorker(workerText, { module, memory, board, thread: first + i }),
    );
    await Promise.all(more);
    this.workers += more.length;
  }

  /** Microseconds that a thread looks for work, or for the end of others' work, before it sleeps. */
  spinFor(microseconds: number): void {
    Atomics.store(this.board.words, spin, microseconds);
  }

  /**
   * Makes calls of a kernel, at most 256, each with its arguments (and, with scratch, the address of its thread's).
   * Returns what each call returned, until the next job.
   */
  run(name: keyof KernelModule, calls: readonly (readonly number[])[], own?: ThreadScratch): Float64Array {
    const { words, results, table } = this.board;
    const length = calls[0]!.length;
    if (calls.length > capacity || length > argumentLimit)
      throw new RangeError(`wasm: ${calls.length} calls with ${length} arguments are more than a job holds.`);
    calls.forEach((values, call) => table.set(values, call * argumentLimit));
    words[kernel] = this.names.indexOf(name);
    words[width] = length;
    words[scratch] = own?.address ?? 0;
    words[stride] = own?.bytes ?? 0;
    Atomics.store(words, failed, 0);
    Atomics.store(words, pending, calls.length);
    Atomics.store(words, left, calls.length);
    Atomics.notify(words, left, calls.length - 1);
    this.madeByWorkers += calls.length - takeShare(this.board, this.functions, 0);
    this.finish();
    if (Atomics.load(words, failed))
      throw new Error(`wasm: the kernel ${name} failed in one of ${this.threads} threads.`);
    return results.subarray(0, calls.length);
  }

  /** Waits for the calls that workers have begun. The main thread of a page must not sleep: it looks until they are done. */
  private finish(): void {
    const { words } = this.board;
    for (let open = Atomics.load(words, pending); open > 0; open = Atomics.load(words, pending)) {
      open = spinWhile(words, pending, open, this.maySleep ? words[spin]! : 1000);
      if (open > 0 && this.maySleep) Atomics.wait(words, pending, open);
    }
  }

  private sleepIsAllowed(): boolean {
    try {
      Atomics.wait(this.board.words, pending, 1, 0);
      return true;
    } catch {
      return false;
    }
  }
}
