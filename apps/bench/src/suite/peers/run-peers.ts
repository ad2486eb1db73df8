import { rmSync } from 'node:fs';
import { Child } from '../../child.js';
import { exportOnnx, exportProducts, installPeers } from '../../competitors.js';
import type { Case, Task } from '../case.js';
import type { Library } from '../libraries.js';
import type { Result } from '../result.js';
import type { Budget } from '../run-case.js';
import { takeTurns, type Player } from '../turns.js';
import { judgeOf, type Judge } from './expected.js';
import { genaiDoes, genaiPlayer } from './genai.js';
import { writeModel, writeWorks } from './folders.js';
import { playerOf } from './players.js';
import { needsPeers, rivalsOf, type Rival } from './rivals.js';

export interface PeerRun {
  results: Result[];
  versions: Record<string, string>;
}

interface Options {
  budget: Budget;
  /** Who takes turns with Ashlar. */
  by: readonly Library[];
  python: string | undefined;
  /** What the suite has found before, for the hashes of inputs. */
  own: readonly Result[];
  say: (line: string) => void;
}

/**
 * Lets Ashlar and other libraries take turns at each case that others can be told, each library in a process of its own.
 * A library that cannot do a case here, or whose first call takes longer than `budget.patienceMs`, says so in its row.
 */
export async function runPeers(cases: readonly Case[], options: Options): Promise<PeerRun> {
  const run: PeerRun = { results: [], versions: {} };
  for (const one of cases) {
    const task = one.task?.();
    if (!task) continue;
    const rivals = rivalsOf(task, options.by, options.python);
    if (rivals.some(needsPeers)) installPeers();
    options.say(`${one.work}: in turns`);
    run.results.push(...(await compareOn(one, task, rivals, options, run.versions)));
  }
  return run;
}

/** What all who take turns at a case are given. */
interface Match {
  work: string;
  task: Task;
  judge: Judge;
  folder: string;
  inputHash: string;
}

/** A library in a process of its own, after its first call, and how it is ended. */
async function openRival(rival: Rival, match: Match, python: string | undefined, versions: PeerRun['versions']) {
  const { name, command, program, args } = rival.competitor;
  const { task, folder } = match;
  if (python && rival.by === 'onnxruntime-node')
    (task.kind === 'product' ? exportProducts : exportOnnx)(python, folder);
  const { child, ready } = await Child.start(name, command, [program, folder, ...args]);
  try {
    const player = await playerOf(child, rival, match);
    Object.assign(versions, ready.versions);
    return { player, end: () => child.stop() };
  } catch (error) {
    child.stop();
    throw error;
  }
}

async function compareOn(
  one: Case,
  task: Task,
  rivals: Rival[],
  { budget, by: chosen, python, own, say }: Options,
  versions: PeerRun['versions'],
): Promise<Result[]> {
  const { work, group, params, dtype } = one;
  const inputHash = own.find((result) => result.work === work)?.inputHash ?? '';
  const judge = await judgeOf(one, task);
  const folder = task.kind === 'train' || task.kind === 'generate' ? writeModel(task) : writeWorks({ [work]: task });
  const match: Match = { work, task, judge, folder, inputHash };
  const players: Player[] = [];
  const without: Result[] = [];
  const ends: (() => unknown)[] = [() => judge.dispose(), () => rmSync(folder, { recursive: true, force: true })];
  type Who = Player['who'];
  const leave = (who: Who, status: Result['status'], error: unknown, firstMs?: number) => {
    const message = (error as Error).message.trim().split('\n').at(-1)!;
    const first = firstMs !== undefined && { firstMs };
    without.push({ work, group, params, dtype, inputHash, ...who, status, message, ...first });
    say(`${work}: without ${who.by}: ${message}`);
  };
  /** A player that can do it in time joins; another one ends. */
  const join = async (who: Who, open: () => Promise<{ player: Player; end(): unknown }>) => {
    try {
      const { player, end } = await open();
      const { firstMs } = player;
      if (firstMs <= budget.patienceMs) {
        players.push(player);
        ends.push(end);
        return;
      }
      await end();
      leave(who, 'aborted', new Error(`left out: its first call took ${(firstMs / 1000).toFixed(0)} s`), firstMs);
    } catch (error) {
      leave(who, 'unsupported', error);
    }
  };
  try {
    for (const rival of rivals) {
      const { by, backend } = rival;
      await join({ by, backend }, () => openRival(rival, match, python, versions));
    }
    if (chosen.includes('genai-nanogpt') && genaiDoes(task))
      await join({ by: 'genai-nanogpt', backend: 'webgl' }, () => genaiPlayer(inputHash));
    if (players[0]?.who.by !== 'ashlar') throw new Error("Ashlar's own process gave up");
    return [...(await takeTurns(one, players, budget)), ...without];
  } catch (error) {
    leave({ by: 'ashlar', backend: 'wasm' }, 'failed', error);
    return without;
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
