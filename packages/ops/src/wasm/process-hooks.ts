/** The part of Node's `process` that matters here; a page has none. */
interface Process {
  listeners(event: string): unknown[];
  removeListener(event: string, listener: unknown): void;
}

const events = ['uncaughtException', 'unhandledRejection'];

/**
 * Starts tfjs's wasm build without the hooks that it puts on Node's `process`: they throw every uncaught error once more,
 * from the build's single line of 60,000 characters, which Node then prints above the error.
 */
export async function withoutProcessHooks<T>(start: () => Promise<T>): Promise<T> {
  const { process } = globalThis as { process?: Process };
  const before = new Map(events.map((event) => [event, new Set(process?.listeners?.(event))]));
  try {
    return await start();
  } finally {
    for (const [event, known] of before)
      for (const listener of process?.listeners?.(event) ?? [])
        if (!known.has(listener)) process!.removeListener(event, listener);
  }
}
