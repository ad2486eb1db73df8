import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { load, machine } from '../machine.js';
import { resultFile } from './files.js';
import { tasks } from './index.js';

const names = Object.entries(tasks).map(([name, { description }]) => `  ${name.padEnd(12)}${description}`);

export const taskHelp = `npm run bench -- task NAME [options]

Runs a small task and holds what comes out to its reference.

${names.join('\n')}

  --seeds N         how many seeds, from 0 on (default 3; ppo 5, hh-rlhf 1)
  --out FILE        result file (default apps/bench/results/NAME.json)`;

/** Runs the task that the command line names, prints its report and writes its results; true when it is within its bounds. */
export async function runTask(args: string[]): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { seeds: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean' } },
  });
  const [name = ''] = positionals;
  if (values.help) {
    console.log(taskHelp);
    return true;
  }
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (!task) throw new Error(`there is no task '${name}'; there are ${Object.keys(tasks).join(', ')}.`);
  const seeds = Number(values.seeds ?? task.seeds ?? 3);
  if (!Number.isInteger(seeds) || seeds < 1 || seeds > 100)
    throw new Error(`--seeds must be a whole number from 1 to 100, not ${values.seeds}.`);

  const loadAtStart = load();
  const { text, result, misses } = await task.run({ seeds, say: (line) => console.error(line) });
  const out = values.out ?? resultFile(name);
  const where = { ...machine(), load: [loadAtStart, load()] };
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify({ date: new Date().toISOString(), machine: where, ...result }, null, 2)}\n`);
  console.log(`${text}\n\nWritten to ${out}`);
  for (const miss of misses) console.error(miss);
  return misses.length === 0;
}
