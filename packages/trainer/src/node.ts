/**
 * A signal that Ctrl-C (SIGINT) and SIGTERM abort, so that training ends after its step and saves its state. A second
 * Ctrl-C ends the process at once; what was saved last stays.
 *
 * @param onInterrupt told once
 * @returns the signal, and `release`, which gives the keys back
 */
export function abortOnInterrupt(onInterrupt: () => void = () => {}): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM'] as const;
  const handle = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
    controller.abort();
    onInterrupt();
  };
  for (const name of names) process.on(name, handle);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) process.off(name, handle);
    },
  };
}
