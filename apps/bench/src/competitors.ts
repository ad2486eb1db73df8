import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { namesOf } from './arguments.js';
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
export const node = (name: string, title: string, program: string, ...args: string[]): Competitor => ({
  name,
  title,
  command: process.execPath,
  program: file(program),
  args,
});

/** Those of `all` that are named; all without names. Throws a sentence where a name is unknown. */
export function chosen(all: Competitor[], only: string[] | undefined, hint?: string): Competitor[] {
  const known = all.map(({ name }) => name);
  const names = only && namesOf('only', only.join(','), known, hint);
  return names ? all.filter(({ name }) => names.includes(name)) : all;
}

/** Everything that the options ask for, Ashlar first. Throws a sentence where a name is unknown. */
export function chooseCompetitors({ peers, python, only, threads }: Options): Competitor[] {
  const all = [
    ashlar,
    ...(threads > 1 ? [ashlarOn(threads)] : []),
    node('tfjs', 'tfjs 4.22, wasm', './tfjs.js', 'stock'),
    node('tfjs-transposed', 'tfjs 4.22, wasm, operands transposed by hand', './tfjs.js', 'transposed'),
    ...(peers ? [jaxJs] : []),
    ...(python ? [pytorch(python)] : []),
  ];
  return chosen(all, only, ' (ashlar-threads needs --threads, jax-js --peers, pytorch --python)');
}

export const ashlar = node('ashlar', 'Ashlar, wasm', './ashlar.js');
const ashlarOn = (threads: number) =>
  node('ashlar-threads', `Ashlar, wasm, ${threads} threads`, './ashlar.js', '--threads', String(threads));
export const onnxruntime = node('onnxruntime-node', 'onnxruntime-node, one thread', '../peers/onnxruntime.mjs');
const jaxJs = node('jax-js', 'jax-js, wasm, jit', '../peers/jax-js.mjs');
const pytorch = (command: string): Competitor => ({
  name: 'pytorch',
  title: 'PyTorch, one thread',
  command,
  program: file('../peers/pytorch.py'),
  args: [],
});

/**
 * Fetches what a folder of peers locks, where it has not been fetched yet.
 * @param command npm's; `install` keeps to the lock file as well, and takes one without the packages of other systems
 */
export function installPeers(folder = file('../peers'), command = ['ci']): void {
  const { dependencies } = readJson<{ dependencies: Record<string, string> }>(`${folder}/package.json`);
  const installed = ([name, version]: [string, string]) => {
    const manifest = `${folder}/node_modules/${name}/package.json`;
    return existsSync(manifest) && readJson<{ version: string }>(manifest).version === version;
  };
  if (Object.entries(dependencies).every(installed)) return;
  console.error('Installing the peers with npm, once');
  execFileSync('npm', [...command, '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
}

/** Writes `model.onnx` into the folder of a job, with a Python that has torch, onnx and onnxscript. */
export function exportOnnx(python: string, folder: string): void {
  const program = file('../../../tooling/reference/export_onnx.py');
  const { status, stderr, error } = spawnSync(python, [program, folder, `${folder}/model.onnx`], { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${python} cannot export the model: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}

const readJson = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T;
