import type { BenchFile, Result } from '../suite/result.js';
import type { Order, Said } from './messages.js';

type Done = Extract<Said, { type: 'done' }>;

export interface Watcher {
  onCase(backend: string, work: string): void;
  onResults(results: Result[]): void;
  /** A backend that could not be used here. */
  onFailure(backend: string, message: string): void;
}

/** Marks what ran while nobody saw the page: browsers slow it down then. */
const hidden = (result: Result): Result => ({ ...result, status: 'aborted', message: 'the page was hidden' });

/** One backend in a worker of its own; null where it could not be used. */
function runBackend(order: Order, watcher: Watcher, signal: AbortSignal): Promise<Done | null> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  let wasHidden = document.hidden;
  const onHidden = () => (wasHidden ||= document.hidden);
  document.addEventListener('visibilitychange', onHidden);
  return new Promise<Done | null>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')));
    worker.onerror = ({ message }) => reject(new Error(`The worker of ${order.backend} failed: ${message}`));
    worker.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.type === 'case') {
        wasHidden = document.hidden;
        watcher.onCase(order.backend, data.work);
      } else if (data.type === 'results') watcher.onResults(wasHidden ? data.results.map(hidden) : data.results);
      else if (data.type === 'done') resolve(data);
      else {
        watcher.onFailure(order.backend, data.message);
        resolve(null);
      }
    };
    worker.postMessage(order);
  }).finally(() => {
    document.removeEventListener('visibilitychange', onHidden);
    worker.terminate();
  });
}

/** What this browser says of its machine. */
const navigatorFacts = () => {
  const { deviceMemory } = navigator as { deviceMemory?: number };
  return {
    os: navigator.platform,
    browser: navigator.userAgent,
    cpuThreads: navigator.hardwareConcurrency,
    crossOriginIsolated,
    ...(deviceMemory !== undefined && { memoryGiB: deviceMemory }),
  };
};

/**
 * Runs the suite on each backend in turn.
 * @throws Error when none of them could be used, or the run was stopped
 */
export async function runPage(orders: Order[], watcher: Watcher, signal: AbortSignal): Promise<BenchFile> {
  const results: Result[] = [];
  const all: Done[] = [];
  const keeping: Watcher = {
    onCase: (backend, work) => watcher.onCase(backend, work),
    onFailure: (backend, message) => watcher.onFailure(backend, message),
    onResults(found) {
      results.push(...found);
      watcher.onResults(found);
    },
  };
  for (const order of orders) {
    const done = await runBackend(order, keeping, signal);
    if (done) all.push(done);
  }
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) throw new Error('None of the backends could be used.');
  const gpu = all.flatMap((one) => one.gpu ?? []).at(-1);
  return {
    schema: 'bench-1',
    createdAt: new Date().toISOString(),
    runtime: 'browser',
    machine: {
      ...navigatorFacts(),
      clockStepUs: first.clockStepUs,
      ...(gpu && { gpu }),
      roofline: [first.roofline[0], last.roofline[1]],
    },
    packages: first.packages,
    proof: all.map(({ proof }) => proof),
    results,
  };
}
