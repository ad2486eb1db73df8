import type { Case } from '../suite/case.js';
import type { Result } from '../suite/result.js';
import { budgets } from '../suite/run-case.js';
import { takeTurns, type Player } from '../suite/turns.js';
import type { PlayerOrder, Request, Said } from './messages.js';

/** Less than this many operations are over before a second thread has woken up. */
const WORTH_THREADS = 1e9;

/** The training steps among cases that are large enough for threads. */
export const worthThreads = (cases: readonly Case[]) =>
  cases.filter(({ group, flops }) => group === 'train' && (flops ?? 0) > WORTH_THREADS);

/** A worker that plays, and how it is ended. */
interface Opened {
  player: Player;
  end(): void;
}

async function openPlayer(work: string, threads: number, signal: AbortSignal): Promise<Opened> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const ask = (message: PlayerOrder | Request) =>
    new Promise<Said>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
      worker.onerror = ({ message }) => reject(new Error(`the worker with ${threads} threads failed: ${message}`));
      worker.onmessage = ({ data }: MessageEvent<Said>) =>
        data.type === 'failed' ? reject(new Error(data.message)) : resolve(data);
      worker.postMessage(message);
    });
  const end = () => worker.terminate();
  try {
    const ready = (await ask({ type: 'player', work, threads })) as Extract<Said, { type: 'ready' }>;
    const player: Player = {
      who: { backend: threads > 1 ? 'wasm-threads' : 'wasm', by: 'ashlar', threads },
      firstMs: ready.firstMs,
      inputHash: ready.inputHash,
      play: async (count) => ((await ask({ type: 'play', count })) as Extract<Said, { type: 'played' }>).ms,
      check: async () => ((await ask({ type: 'check' })) as Extract<Said, { type: 'checked' }>).check,
    };
    return { player, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** One thread and several in turn at a case, each in a worker of its own; the first result is that of one thread. */
export async function compareThreads(
  one: Case,
  { threads, isQuick }: { threads: number; isQuick: boolean },
  signal: AbortSignal,
): Promise<Result[]> {
  const { work, group, params, dtype } = one;
  const without = (status: 'unsupported' | 'failed', message: string): Result[] => [
    { work, group, params, dtype, inputHash: '', backend: 'wasm-threads', by: 'ashlar', threads, status, message },
  ];
  if (!crossOriginIsolated) return without('unsupported', 'this page is not cross-origin isolated');
  if (navigator.hardwareConcurrency < threads)
    return without('unsupported', `this machine has ${navigator.hardwareConcurrency} cores for ${threads} threads`);
  const opened: Opened[] = [];
  try {
    for (const count of [1, threads]) opened.push(await openPlayer(work, count, signal));
    const players = opened.map(({ player }) => player);
    return await takeTurns(one, players, budgets[isQuick ? 'quick' : 'full']);
  } catch (error) {
    const { message } = error as Error;
    if (message === 'stopped') throw error;
    return without('failed', message);
  } finally {
    for (const { end } of opened) end();
  }
}
