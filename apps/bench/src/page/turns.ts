import type { Case } from '../suite/case.js';
import type { Result } from '../suite/result.js';
import { budgets } from '../suite/run-case.js';
import { takeTurns, type Player } from '../suite/turns.js';
import type { PlayerOrder, Request, Said } from './messages.js';

/** Who takes turns, in a worker of its own. */
export type Seat = Omit<PlayerOrder, 'type' | 'work'>;

/** Less than this many operations are over before a second thread has woken up. */
const WORTH_THREADS = 1e9;
/** Rounds at least, also where a step takes seconds. */
const ROUNDS = 5;

/** The training steps among cases that are large enough for threads. */
export const worthThreads = (cases: readonly Case[]) =>
  cases.filter(({ group, flops }) => group === 'train' && (flops ?? 0) > WORTH_THREADS);

const whoOf = ({ backend, by, threads }: Seat): Player['who'] =>
  backend !== 'wasm'
    ? { backend, by }
    : { backend: threads > 1 ? 'wasm-threads' : 'wasm', by, ...(by === 'ashlar' && { threads }) };

/** A worker that plays, and how it is ended. */
interface Opened {
  player: Player;
  end(): void;
}

async function openPlayer(work: string, seat: Seat, signal: AbortSignal): Promise<Opened> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const ask = (message: PlayerOrder | Request) =>
    new Promise<Said>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
      worker.onerror = ({ message }) => reject(new Error(`the worker of ${seat.by} failed: ${message}`));
      worker.onmessage = ({ data }: MessageEvent<Said>) =>
        data.type === 'failed' ? reject(new Error(data.message)) : resolve(data);
      worker.postMessage(message);
    });
  const end = () => worker.terminate();
  try {
    const ready = (await ask({ type: 'player', work, ...seat })) as Extract<Said, { type: 'ready' }>;
    const player: Player = {
      who: whoOf(seat),
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

/** Why a seat cannot be taken here; undefined where it can. */
function obstacle({ threads }: Seat): string | undefined {
  if (threads === 1) return undefined;
  if (!crossOriginIsolated) return 'this page is not cross-origin isolated';
  const cores = navigator.hardwareConcurrency;
  return cores < threads ? `this machine has ${cores} cores for ${threads} threads` : undefined;
}

/** Lets seats take turns at a case; the first result is that of the first. Where one cannot, nobody does. */
export async function compareSeats(
  one: Case,
  seats: readonly Seat[],
  isQuick: boolean,
  signal: AbortSignal,
): Promise<Result[]> {
  const { work, group, params, dtype } = one;
  const without = (seat: Seat, status: 'unsupported' | 'failed', message: string): Result[] => [
    { work, group, params, dtype, inputHash: '', ...whoOf(seat), status, message },
  ];
  for (const seat of seats) {
    const message = obstacle(seat);
    if (message !== undefined) return without(seat, 'unsupported', message);
  }
  const opened: Opened[] = [];
  try {
    for (const seat of seats) opened.push(await openPlayer(work, seat, signal));
    const players = opened.map(({ player }) => player);
    return await takeTurns(one, players, isQuick ? budgets.quick : { ...budgets.full, fewest: ROUNDS });
  } catch (error) {
    const { message } = error as Error;
    if (message === 'stopped') throw error;
    return without(seats[opened.length] ?? seats[0]!, 'failed', message);
  } finally {
    for (const { end } of opened) end();
  }
}
