import { rmSync } from 'node:fs';
import { Child } from '../../child.js';
import { exportOnnx, exportProducts, installPeers } from '../../competitors.js';
import type { Case, Task } from '../case.js';
import type { Result } from '../result.js';
import type { Budget } from '../run-case.js';
import { takeTurns, type Player } from '../turns.js';
import { judgeOf } from './expected.js';
import { writeModel, writeWorks } from './folders.js';
import { playerOf } from './players.js';
import { rivalsOf, type Rival } from './rivals.js';

export interface PeerRun {
  results: Result[];
  versions: Record<string, string>;
}

interface Options {
  budget: Budget;
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
  installPeers();
  const run: PeerRun = { results: [], versions: {} };
  for (const one of cases) {
    const task = one.task?.();
    if (!task) continue;
    options.say(`${one.work}: in turns`);
    run.results.push(...(await compareOn(one, task, options, run.versions)));
  }
  return run;
}

/** The folder in which every rival finds the task. */
function folderOf(work: string, task: Task, python: string | undefined): string {
  const isModel = task.kind === 'train' || task.kind === 'generate';
  const folder = isModel ? writeModel(task) : writeWorks({ [work]: task });
  if (python && task.kind === 'generate') exportOnnx(python, folder);
  if (python && task.kind === 'product') exportProducts(python, folder);
  return folder;
}

async function compareOn(one: Case, task: Task, { budget, python, own, say }: Options, versions: PeerRun['versions']) {
  const { work, group, params, dtype } = one;
  const inputHash = own.find((result) => result.work === work)?.inputHash ?? '';
  const judge = await judgeOf(one, task);
  const folder = folderOf(work, task, python);
  const children: Child[] = [];
  const players: Player[] = [];
  const without: Result[] = [];
  const leave = ({ by, backend }: Rival, status: Result['status'], message: string, firstMs?: number) => {
    without.push({ work, group, params, dtype, inputHash, by, backend, status, message, ...(firstMs !== undefined && { firstMs }) }); // prettier-ignore
    say(`${work}: without ${by}: ${message}`);
  };
  try {
    for (const rival of rivalsOf(task, python)) {
      const { name, command, program, args } = rival.competitor;
      try {
        const { child, ready } = await Child.start(name, command, [program, folder, ...args]);
        children.push(child);
        Object.assign(versions, ready.versions);
        const player = await playerOf(child, rival, { work, task, judge, inputHash });
        if (player.firstMs <= budget.patienceMs) players.push(player);
        else {
          child.stop();
          leave(
            rival,
            'aborted',
            `left out: its first call took ${(player.firstMs / 1000).toFixed(0)} s`,
            player.firstMs,
          );
        }
      } catch (error) {
        leave(rival, 'unsupported', (error as Error).message.trim().split('\n').at(-1)!);
      }
    }
    return [...(await takeTurns(one, players, budget)), ...without];
  } finally {
    for (const child of children) child.stop();
    judge.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}
