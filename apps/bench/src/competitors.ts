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
/** A competitor that `command` runs. */
export const program = (command: string, name: string, title: string, path: string, ...args: string[]): Competitor => ({
  name,
  title,
  command,
  program: file(path),
  args,
});
/** A competitor in this Node. */
export const node = (name: string, title: string, path: string, ...args: string[]): Competitor =>
  program(process.execPath, name, title, path, ...args);

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
    ...tfjs,
    ...(peers ? [jaxJs] : []),
    ...(python ? [pytorch(python)] : []),
  ];
  return chosen(all, only, ' (ashlar-threads needs --threads, jax-js --peers, pytorch --python)');
}

export const ashlar = node('ashlar', 'Ashlar, wasm', './ashlar.js');
const ashlarOn = (threads: number) =>
  node('ashlar-threads', `Ashlar, wasm, ${threads} threads`, './ashlar.js', '--threads', String(threads));
export const onnxruntime = node('onnxruntime-node', 'onnxruntime-node, one thread', '../peers/onnxruntime.mjs');
/** As it comes, and as an author writes it who knows its kernels. */
export const tfjs = [
  node('tfjs', 'tfjs 4.22, wasm', './tfjs.js', 'stock'),
  node('tfjs-transposed', 'tfjs 4.22, wasm, operands transposed by hand', './tfjs.js', 'transposed'),
] as const;
export const jaxJs = node('jax-js', 'jax-js, wasm, jit', '../peers/jax-js.mjs');
export const pytorch = (command: string) => program(command, 'pytorch', 'PyTorch, one thread', '../peers/pytorch.py');

/**
 * Fetches what a folder of peers locks, where it has not been fetched yet.
 * @param command npm's; `install` keeps to the lock file as well, and takes one without the packages of other systems
 */
export function installPeers(folder = file('../peers'), command = ['ci']): void {
  if (isInstalled(folder)) return;
  console.error('Installing the peers with npm, once');
  execFileSync('npm', [...command, '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
}

/** Whether a folder of peers has what it locks. */
export function isInstalled(folder: string): boolean {
  const { dependencies } = readJson<{ dependencies: Record<string, string> }>(`${folder}/package.json`);
  const installed = ([name, version]: [string, string]) => {
    const manifest = `${folder}/node_modules/${name}/package.json`;
    return existsSync(manifest) && readJson<{ version: string }>(manifest).version === version;
  };
  return Object.entries(dependencies).every(installed);
}

/** Writes `model.onnx` into the folder of a job, with a Python that has torch, onnx and onnxscript. */
export const exportOnnx = (command: string, folder: string) =>
  runReference(command, 'export_onnx.py', folder, `${folder}/model.onnx`);

/** Writes a file for each product of a folder of works, with a Python that has onnx. */
export const exportProducts = (command: string, folder: string) => runReference(command, 'export_products.py', folder);

function runReference(command: string, name: string, ...args: string[]): void {
  const path = file(`../../../tooling/reference/${name}`);
  const { status, stderr, error } = spawnSync(command, [path, ...args], { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${command} cannot run ${name}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}

const readJson = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T;
