// What runs in a thread of its own, and how any thread takes its share. The build turns this file into a text that a worker
// starts from, so it imports nothing but types.

/** What a worker is started with. */
export interface WorkerStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  board: SharedArrayBuffer;
  /** From 1 on; the main thread is 0. */
  thread: number;
}

/**
 * The job at hand, in memory that all threads share: calls of one function, each with arguments of its own. A thread takes a
 * call by counting `left` down; the job is done when `pending` is 0. The next job is written only then, so what a thread
 * reads after it took a call belongs to that call.
 */
export interface Board {
  words: Int32Array;
  results: Float64Array;
  table: Float64Array;
}

/** Calls of a job at most. */
export const capacity = 256;
/** Arguments of a call at most. */
export const argumentLimit = 32;
/** Bytes of a board. */
export const boardBytes = 512 + 8 * capacity * (1 + argumentLimit);

// Where the words are; those that threads write stand in cache lines of their own.
export const left = 0;
export const pending = 32;
export const failed = 64;
/** Number of the function among the exports of the module. */
export const kernel = 96;
/** Number of arguments. */
export const width = 97;
/** Address and bytes of the scratch of a thread, which is the last argument; 0 bytes for none. */
export const scratch = 98;
export const stride = 99;
/** Microseconds to look for work before falling asleep. */
export const spin = 100;

export function boardOf(buffer: SharedArrayBuffer): Board {
  return {
    words: new Int32Array(buffer, 0, 128),
    results: new Float64Array(buffer, 512, capacity),
    table: new Float64Array(buffer, 512 + 8 * capacity, capacity * argumentLimit),
  };
}

/** Makes calls of the job at hand until none is left; returns how many. */
export function takeShare({ words, results, table }: Board, kernels: readonly unknown[], thread: number): number {
  for (let made = 0; ;) {
    const call = Atomics.load(words, left) - 1;
    if (call < 0) return made;
    if (Atomics.compareExchange(words, left, call + 1, call) !== call + 1) continue;
    made++;
    try {
      const from = call * argumentLimit;
      const values = Array.from(table.subarray(from, from + words[width]!));
      if (words[stride]) values.push(words[scratch]! + thread * words[stride]!);
      results[call] = (kernels[words[kernel]!] as (...values: number[]) => number)(...values);
    } catch {
      Atomics.store(words, failed, 1);
    }
    if (Atomics.sub(words, pending, 1) === 1) Atomics.notify(words, pending);
  }
}

/** Looks at a word for a number of microseconds at most; returns what it became, or `value`. */
export function spinWhile(words: Int32Array, index: number, value: number, microseconds: number): number {
  const end = microseconds > 0 ? performance.now() + microseconds / 1000 : 0;
  while (end > 0 && performance.now() < end)
    for (let i = 0; i < 50; i++) {
      const now = Atomics.load(words, index);
      if (now !== value) return now;
    }
  return Atomics.load(words, index);
}

/** A worker's life: sleeps until there is a job, takes a share, for ever. */
function live({ module, memory, board: buffer, thread }: WorkerStart, ready: () => void): void {
  const kernels = Object.values(new WebAssembly.Instance(module, { env: { memory } }).exports);
  const board = boardOf(buffer);
  ready();
  // a browser delivers the message once this turn has ended
  setTimeout(() => {
    for (;;) {
      if (spinWhile(board.words, left, 0, board.words[spin]!) === 0) Atomics.wait(board.words, left, 0);
      takeShare(board, kernels, thread);
    }
  });
}

interface Port {
  postMessage(message: string): void;
}

/** Waits for the message that a worker is started with, in a page (`self` is the port) or in Node. */
export function listen(): void {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): { parentPort: unknown } | undefined };
  };
  const node = process?.getBuiltinModule?.('node:worker_threads');
  if (node) {
    const port = node.parentPort as Port & { once(event: 'message', listener: (start: WorkerStart) => void): void };
    port.once('message', (start) => live(start, () => port.postMessage('ready')));
  } else
    globalThis.onmessage = ({ data }: MessageEvent<WorkerStart>) =>
      live(data, () => (globalThis as unknown as Port).postMessage('ready'));
}
