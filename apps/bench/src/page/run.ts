import { hasStockForm, type Case } from '../suite/case.js';
import { chooseCases } from '../suite/cases/index.js';
import { isRight, type BenchFile, type Result } from '../suite/result.js';
import type { Said, SuiteOrder } from './messages.js';
import { compareSeats, worthThreads, type Seat } from './turns.js';

type Done = Extract<Said, { type: 'done' }>;

/** What is to be run. */
export interface Plan {
  backends: SuiteOrder['backend'][];
  only: string[] | undefined;
  isQuick: boolean;
  /** How many threads take turns with one at the larger training steps; 1 for none. */
  threads: number;
  /** Whether tfjs takes turns with Ashlar on each backend, where it can. */
  peers: boolean;
}

export interface Watcher {
  onCase(backend: string, work: string): void;
  onResults(results: Result[]): void;
  /** A backend that could not be used here. */
  onFailure(backend: string, message: string): void;
}

/** Marks what ran while nobody saw the page: browsers slow it down then. */
function watchSight() {
  let wasHidden = document.hidden;
  const onChange = () => (wasHidden ||= document.hidden);
  document.addEventListener('visibilitychange', onChange);
  return {
    begin: () => void (wasHidden = document.hidden),
    mark: (results: Result[]): Result[] =>
      wasHidden ? results.map((one) => ({ ...one, status: 'aborted', message: 'the page was hidden' })) : results,
    end: () => document.removeEventListener('visibilitychange', onChange),
  };
}

/** One backend in a worker of its own; null where it could not be used. */
function runBackend(order: SuiteOrder, watcher: Watcher, signal: AbortSignal): Promise<Done | null> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const sight = watchSight();
  return new Promise<Done | null>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')));
    worker.onerror = ({ message }) => reject(new Error(`The worker of ${order.backend} failed: ${message}`));
    worker.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.type === 'case') {
        sight.begin();
        watcher.onCase(order.backend, data.work);
      } else if (data.type === 'results') watcher.onResults(sight.mark(data.results));
      else if (data.type === 'done') resolve(data);
      else if (data.type === 'failed') {
        watcher.onFailure(order.backend, data.message);
        resolve(null);
      }
    };
    worker.postMessage(order);
  }).finally(() => {
    sight.end();
    worker.terminate();
  });
}

type Round = [one: Case, seats: Seat[]];

/** One thread and several, at the larger training steps that are chosen; quick takes the first alone. */
function roundsOfThreads({ only, isQuick, threads }: Plan): Round[] {
  if (threads === 1) return [];
  const cases = worthThreads(chooseCases(only, false));
  const seat = (count: number): Seat => ({ by: 'ashlar', backend: 'wasm', threads: count });
  return (isQuick ? cases.slice(0, 1) : cases).map((one) => [one, [seat(1), seat(threads)]]);
}

/** Ashlar and tfjs on each backend, at what was not left out. */
function roundsOfPeers({ only, isQuick, backends, peers }: Plan, results: readonly Result[]): Round[] {
  if (!peers) return [];
  const cases = chooseCases(only, isQuick).filter(hasStockForm);
  return backends.flatMap((backend) =>
    cases
      .filter(({ work }) => results.some((one) => one.work === work && one.backend === backend && isRight(one)))
      .map((one): Round => [one, (['ashlar', 'tfjs'] as const).map((by) => ({ by, backend, threads: 1 }))]),
  );
}

async function runRounds(rounds: Round[], isQuick: boolean, watcher: Watcher, signal: AbortSignal): Promise<void> {
  for (const [one, seats] of rounds) {
    const sight = watchSight();
    watcher.onCase('in turns', one.work);
    try {
      watcher.onResults(sight.mark(await compareSeats(one, seats, isQuick, signal)));
    } finally {
      sight.end();
    }
  }
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
export async function runPage(plan: Plan, watcher: Watcher, signal: AbortSignal): Promise<BenchFile> {
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
  const { only, isQuick } = plan;
  // without a backend, one of no cases says what machine this is
  const orders = plan.backends.length > 0 ? plan.backends.map((backend) => ({ backend, only })) : [{ backend: 'wasm' as const, only: [] }]; // prettier-ignore
  for (const [i, order] of orders.entries()) {
    const done = await runBackend({ type: 'suite', ...order, isQuick, withHost: i === 0 }, keeping, signal);
    if (done) all.push(done);
  }
  await runRounds([...roundsOfThreads(plan), ...roundsOfPeers(plan, results)], isQuick, keeping, signal);
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
