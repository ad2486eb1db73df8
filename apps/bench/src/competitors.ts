import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Options } from './options.js';

/** How to start a competitor; the folder of the job is its first argument, `args` follow. */
export interface Competitor {
  name: string;
  /** What the row of the table says. */
  title: string;
  command: string;
  program: string;
  args: string[];
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const node = (name: string, title: string, program: string, ...args: string[]): Competitor => ({
  name,
  title,
  command: process.execPath,
  program: file(program),
  args,
});

/** Everything that the options ask for, Ashlar first. Throws a sentence where a name is unknown. */
export function chooseCompetitors({ peers, python, only }: Options): Competitor[] {
  const all = [
    node('ashlar', 'Ashlar, wasm', './ashlar.js'),
    node('tfjs', 'tfjs 4.22, wasm', './tfjs.js', 'stock'),
    node('tfjs-transposed', 'tfjs 4.22, wasm, operands transposed by hand', './tfjs.js', 'transposed'),
    ...(peers ? [node('jax-js', 'jax-js, wasm, jit', '../peers/jax-js.mjs')] : []),
    ...(python ? [pytorch(python)] : []),
  ];
  const unknown = only?.find((name) => !all.some((competitor) => competitor.name === name));
  if (unknown !== undefined)
    throw new Error(
      `--only: there is no competitor ${unknown} here, only ${all.map(({ name }) => name).join(', ')} (jax-js needs --peers, pytorch --python).`,
    );
  return only ? all.filter(({ name }) => only.includes(name)) : all;
}

const pytorch = (command: string): Competitor => ({
  name: 'pytorch',
  title: 'PyTorch, one thread',
  command,
  program: file('../peers/pytorch.py'),
  args: [],
});

/** Fetches what `apps/bench/peers` locks, where it has not been fetched yet. */
export function installPeers(): void {
  const folder = file('../peers');
  if (existsSync(`${folder}/node_modules/@jax-js/jax`)) return;
  console.error('Installing the peers with npm ci, once');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
}
