const INTERVAL_MS = 20;
let last = 0;

/**
 * Lets the event loop run, so that a worker hears messages and a server answers; at most every 20 ms, since a turn costs
 * time. Timers are no help: browsers stretch nested ones to 4 ms and those of hidden tabs to a second.
 */
export async function breathe(): Promise<void> {
  if (performance.now() - last < INTERVAL_MS) return;
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
  last = performance.now();
}
