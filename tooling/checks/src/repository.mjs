import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, and of the repository. */
export const here = join(dirname(fileURLToPath(import.meta.url)), '..');
export const root = join(here, '..', '..');

/** Path of a program that this package, or the repository, depends on. */
export const tool = (name) => join(here, 'node_modules', '.bin', name);
export const rootTool = (name) => join(root, 'node_modules', '.bin', name);

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** The packages that are published: folder name, path and manifest. */
export const packages = readdirSync(join(root, 'packages')).map((folder) => {
  const path = join(root, 'packages', folder);
  return { folder, path, manifest: readJson(join(path, 'package.json')) };
});

/** Runs a program to its end and returns what it printed. */
export function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...options.env },
  });
  if (error) throw error;
  return { status, stdout, stderr, output: `${stdout}${stderr}` };
}
