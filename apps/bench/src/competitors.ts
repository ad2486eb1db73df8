import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
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
export const node = (name: string, title: string, program: string, ...args: string[]): Competitor => ({
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
