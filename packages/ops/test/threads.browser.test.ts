import { expect, test } from 'vitest';
import type { Outcome } from './worker-with-threads.js';

test.skipIf(navigator.hardwareConcurrency < 2)(
  'a worker of the page, which may sleep, has threads of its own',
  async () => {
    const worker = new Worker(new URL('./worker-with-threads.ts', import.meta.url), { type: 'module' });
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Outcome>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
    worker.terminate();
    expect(outcome.same).toBe(true);
    expect(outcome.madeByWorkers).toBeGreaterThan(10);
  },
);
