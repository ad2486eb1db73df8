import { isShared, type KernelModule } from '../kernel-module.js';
import { Scratch, type Allocator } from '../scratch.js';
import { Pool } from './pool.js';
import { split, type Range, type SplitOptions } from './split.js';
import { capacity } from './worker.js';

/** The arguments of a kernel. */
type Arguments<Name extends keyof KernelModule> = Parameters<KernelModule[Name]>;
/** The same without the scratch memory at their end. */
type WithoutScratch<List> = List extends [...infer Rest, number] ? Rest : never;

/** Ranges for each thread: one whose core is busy then takes fewer. */
const rangesPerThread = 4;

export interface RangeOptions extends SplitOptions {
  /** Ranges for each thread. @default 4 */
  perThread?: number;
}

/** The threads that make the calls of kernels: the caller alone, or the caller and workers. */
export class Crew {
  private readonly scratch: Scratch;
  private pool?: Pool;
  private active = 1;
  /** Nanoseconds of work from which on it is shared out: waking a worker takes up to 60 microseconds. */
  worthSharing = 200_000;

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly module: WebAssembly.Module,
    private readonly kernels: KernelModule,
    allocator: Allocator,
  ) {
    this.scratch = new Scratch(allocator);
  }

  /** Threads that share the work of a kernel, the caller included. */
  get threads(): number {
    return this.active;
  }

  /** Calls that other threads made for the caller. */
  get madeByWorkers(): number {
    return this.pool?.madeByWorkers ?? 0;
  }

  /**
   * Has `threads` threads share the work from now on; see `WasmOptions` for `spin`.
   *
   * @throws Error when the memory cannot be shared or a worker does not start
   */
  async resize(threads: number, spin = 0): Promise<void> {
    if (threads > 1) {
      if (!isShared(this.memory))
        throw new Error(
          `wasm: it runs with 1 thread since its first use, in memory that cannot be shared; ask for ${threads} threads there.`,
        );
      this.pool ??= new Pool(this.memory, this.module, this.kernels);
      await this.pool.grow(threads);
    }
    this.pool?.spinFor(spin);
    this.active = threads;
  }

  /** As many threads for kernels that compute nothing and return -1. */
  counting(kernels: KernelModule, allocator: Allocator): Crew {
    const crew = new Crew(this.memory, this.module, kernels, allocator);
    crew.active = this.active;
    const { pool } = this;
    if (pool) {
      const stand = { threads: pool.threads, run: (_: string, calls: readonly unknown[]) => calls.map(() => -1) };
      crew.pool = stand as unknown as Pool;
    }
    return crew;
  }

  /**
   * Cuts `units` of work into ranges for `run`; one range where the work is too little to share. Nothing that a kernel computes
   * may depend on how it is cut.
   *
   * @param cost about how many nanoseconds a unit takes one thread
   */
  ranges(units: number, cost: number, { perThread = rangesPerThread, ...options }: RangeOptions = {}): Range[] {
    const alone = this.active === 1 || units * cost < this.worthSharing;
    return split(units, alone ? 1 : this.active * perThread, options);
  }

  /**
   * Calls a kernel once with each list of arguments, by all threads. Returns what each call returned.
   *
   * @param cost about how many nanoseconds all calls take one thread, where `ranges` has not looked at that
   */
  run<Name extends keyof KernelModule>(name: Name, calls: readonly Arguments<Name>[], cost = Infinity): number[] {
    return this.dispatch(name, calls, cost);
  }

  /** `run` for a kernel whose last argument is scratch memory, of which every thread gets `bytes` bytes. */
  runWithScratch<Name extends keyof KernelModule>(
    name: Name,
    bytes: number,
    calls: readonly WithoutScratch<Arguments<Name>>[],
  ): number[] {
    const stride = Math.ceil(bytes / 64) * 64;
    const address = this.scratch.reserve(calls.length > 1 ? stride * this.pool!.threads : stride);
    return this.dispatch(name, calls as readonly (readonly number[])[], Infinity, { address, bytes: stride });
  }

  private dispatch(
    name: keyof KernelModule,
    calls: readonly (readonly number[])[],
    cost: number,
    own?: { address: number; bytes: number },
  ): number[] {
    if (this.active === 1 || calls.length === 1 || cost < this.worthSharing) {
      const kernel = this.kernels[name] as (...values: number[]) => number;
      return calls.map((values) => (own ? kernel(...values, own.address) : kernel(...values)));
    }
    const results: number[] = [];
    for (let from = 0; from < calls.length; from += capacity)
      results.push(...this.pool!.run(name, calls.slice(from, from + capacity), own));
    return results;
  }
}
