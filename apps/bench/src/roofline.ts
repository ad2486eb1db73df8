import { loops } from './generated/loops.js';

interface Loops {
  memory: WebAssembly.Memory;
  peak(rounds: number): number;
  products8(from: number, rounds: number): number;
  products10(from: number, rounds: number): number;
  readOne(from: number, bytes: number): bigint;
  copy(to: number, from: number, bytes: number): void;
}

/** What one core of this machine does at most in 128-bit wasm: what kernels are held against. */
export interface Roofline {
  /** Float32 products and sums, by the fastest of several loops. */
  flopsPerSecond: number;
  /** Bytes read from, and bytes copied within, a buffer of `bufferBytes`; a copied byte counts once. */
  bufferBytes: number;
  readPerSecond: number;
  copyPerSecond: number;
}

const PAGE = 65_536;

/** Without a better call for so long, the best is taken to be it; engines compile a loop while it runs. */
const PATIENCE_MS = 200;
const MOST_MS = 2000;
/** Short enough to be left alone on a busy machine, long enough for a coarse clock. */
const CALL_MS = 2;

/** Calls a loop for a while; the fastest rate of all calls so far, a second. */
type Gauge = (patienceMs?: number, mostMs?: number) => number;

/** @param operations does work of this size and tells how much that was */
function gaugeOf(operations: (scale: number) => number): Gauge {
  let scale = 1;
  let best = 0;
  return (patienceMs = PATIENCE_MS, mostMs = MOST_MS) => {
    const from = performance.now();
    for (let [now, better] = [from, from]; now - better < patienceMs && now - from < mostMs;) {
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
  };
}

async function openLoops(): Promise<Loops> {
  const bytes = Uint8Array.from(atob(loops), (c) => c.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes);
  return instance.exports as unknown as Loops;
}

/** The most arithmetic that was seen of this core; each call looks at it anew, for as long for each of the loops. */
export async function openPeak(): Promise<Gauge> {
  return peakOf(await openLoops());
}

function peakOf({ memory, peak, products8, products10 }: Loops): Gauge {
  // neither zero nor anything that grows out of float32
  new Float32Array(memory.buffer, 0, PAGE / 4).fill(1e-3);
  // operations of a round: see the loops
  const forms: [operations: number, run: (rounds: number) => number][] = [
    [96, peak],
    [64 * 64, (rounds) => products8(0, rounds)],
    [64 * 80, (rounds) => products10(0, rounds)],
  ];
  const gauges = forms.map(([operations, run]) => gaugeOf((scale) => (run(100 * scale), operations * 100 * scale)));
  return (...forMs) => Math.max(...gauges.map((gauge) => gauge(...forMs)));
}

/**
 * Measures this machine for a second or two.
 * @param bufferBytes choose it as large as the data of the task: what fits into a cache is read faster. @default 64 MiB
 */
export async function measureRoofline({ bufferBytes = 2 ** 26 } = {}): Promise<Roofline> {
  const all = await openLoops();
  const { memory, readOne, copy } = all;
  const flopsPerSecond = peakOf(all)();
  const size = Math.max(PAGE, Math.ceil(bufferBytes / PAGE) * PAGE);
  memory.grow((2 * size) / PAGE);
  // pages that were never written are one page of zeros
  new Uint8Array(memory.buffer).fill(1);
  const rateOf = (work: () => void) =>
    gaugeOf((scale) => {
      for (let i = 0; i < scale; i++) work();
      return scale * size;
    })();
  return {
    flopsPerSecond,
    bufferBytes: size,
    readPerSecond: rateOf(() => readOne(PAGE, size)),
    copyPerSecond: rateOf(() => copy(PAGE + size, PAGE, size)),
  };
}
