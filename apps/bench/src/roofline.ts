import { loops } from './generated/loops.js';

interface Loops {
  memory: WebAssembly.Memory;
  peak(rounds: number): number;
  readOne(from: number, bytes: number): bigint;
  copy(to: number, from: number, bytes: number): void;
}

/** What one core of this machine does at most in 128-bit wasm: what kernels are held against. */
export interface Roofline {
  /** Float32 products and sums in registers. */
  flopsPerSecond: number;
  /** Bytes read from, and bytes copied within, a buffer of `bufferBytes`; a copied byte counts once. */
  bufferBytes: number;
  readPerSecond: number;
  copyPerSecond: number;
}

const PAGE = 65_536;
/** Of `peak` in one round: see the loop. */
const OPERATIONS = 96;

/** Without a better call for so long, the best is taken to be it; engines compile a loop while it runs. */
const PATIENCE_MS = 200;
const MOST_MS = 2000;
/** Short enough to be left alone on a busy machine, long enough for a coarse clock. */
const CALL_MS = 2;

/** Operations a second of the fastest of many calls. */
function fastest(operations: (scale: number) => number): number {
  let scale = 1;
  let best = 0;
  const from = performance.now();
  for (let [now, better] = [from, from]; now - better < PATIENCE_MS && now - from < MOST_MS;) {
    const since = performance.now();
    const done = operations(scale);
    now = performance.now();
    const rate = (1000 * done) / (now - since);
    if (now - since < CALL_MS) scale *= 2;
    else if (rate > 1.01 * best) better = now;
    // a call too short for the clock says nothing
    if (now - since >= CALL_MS / 2) best = Math.max(best, rate);
  }
  return best;
}

/**
 * Measures this machine for a second or two.
 * @param bufferBytes choose it as large as the data of the task: what fits into a cache is read faster. @default 64 MiB
 */
export async function measureRoofline({ bufferBytes = 2 ** 26 } = {}): Promise<Roofline> {
  const bytes = Uint8Array.from(atob(loops), (c) => c.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes);
  const { memory, peak, readOne, copy } = instance.exports as unknown as Loops;
  const size = Math.max(PAGE, Math.ceil(bufferBytes / PAGE) * PAGE);
  memory.grow((2 * size) / PAGE);
  // pages that were never written are one page of zeros
  new Uint8Array(memory.buffer).fill(1);
  const repeated = (work: () => void) => (scale: number) => {
    for (let i = 0; i < scale; i++) work();
    return scale * size;
  };
  return {
    flopsPerSecond: fastest((scale) => {
      peak(1000 * scale);
      return OPERATIONS * 1000 * scale;
    }),
    bufferBytes: size,
    readPerSecond: fastest(repeated(() => readOne(PAGE, size))),
    copyPerSecond: fastest(repeated(() => copy(PAGE + size, PAGE, size))),
  };
}
