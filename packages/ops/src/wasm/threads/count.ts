/** Cores that this process or page may use. */
export function availableCores(): number {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): { availableParallelism?(): number } | undefined };
  };
  const os = process?.getBuiltinModule?.('node:os');
  return os?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/**
 * How many threads to run where `asked` were asked for: never more than there are cores, and 1 for `auto` where memory
 * cannot be shared.
 *
 * @throws RangeError when `asked` is no positive integer
 * @throws Error when several were asked for by number and memory cannot be shared
 */
export function threadCount(asked: number | 'auto', cores = availableCores(), shares = sharesMemory()): number {
  if (asked !== 'auto' && !(Number.isInteger(asked) && asked > 0))
    throw new RangeError(`wasm: threads (${asked}) must be a positive integer or 'auto'`);
  if (!shares && asked !== 'auto' && asked > 1)
    throw new Error(
      `wasm: ${asked} threads need a cross-origin isolated page (the headers Cross-Origin-Opener-Policy: same-origin and ` +
        "Cross-Origin-Embedder-Policy: require-corp); use `threads: 'auto'` or 1 in others.",
    );
  return shares ? Math.max(1, Math.min(cores, asked === 'auto' ? cores : asked)) : 1;
}

/** Whether threads can share memory: in Node, and in pages that are cross-origin isolated. */
const sharesMemory = (): boolean =>
  typeof SharedArrayBuffer !== 'undefined' &&
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
