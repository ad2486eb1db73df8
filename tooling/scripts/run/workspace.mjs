import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** The folder the user typed the command in; npm itself moves to the repository's. */
export const userFolder = process.env.INIT_CWD ?? process.cwd();

process.chdir(root);
const windows = process.platform === 'win32';

/** Ends the program with one sentence on standard error. */
export function fail(sentence, status = 1) {
  console.error(`\n${sentence}\n`);
  process.exit(status);
}

/** Ends the program unless this Node is one that the tools support. */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19) || (major === 22 && minor < 12))
    fail(`Node ${version} is too old: this repository needs Node 20.19 or later (of the 22 line, 22.12 or later).`);
}

/** Runs a program to its end, its output shown unless `options.stdio` says otherwise. */
export const run = (program, args, options = {}) =>
  spawnSync(program, args, { stdio: 'inherit', env: environment(), shell: windows, ...options });

let cached;

/** The environment of every program started here: the pinned pnpm first on PATH, npm's own settings taken out. */
export function environment() {
  if (cached) return cached;
  const env = { ...process.env };
  // npm hands its settings down as variables, which pnpm would take for its own
  for (const key of Object.keys(env))
    if (/^npm_(config|package|lifecycle)_/i.test(key) && !/registry|proxy|cafile|_auth/i.test(key)) delete env[key];
  env.TURBO_TELEMETRY_DISABLED = '1';
  env.TURBO_NO_UPDATE_NOTIFIER = '1';
  env.DO_NOT_TRACK = '1';
  const path = [pnpmFolder(env), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  env.PATH = path;
  if (windows) env.Path = path;
  return (cached = env);
}

/** The folder of the pnpm that package.json pins, fetched with npm when it is not there. */
function pnpmFolder(env) {
  const { packageManager } = JSON.parse(readFileSync('package.json', 'utf8'));
  const version = /^pnpm@([^+]+)/.exec(packageManager)[1];
  const home = join(root, '.tools', `pnpm-${version}`); // outside node_modules, which pnpm may purge
  const bin = join(home, 'node_modules', '.bin');
  if (existsSync(join(bin, windows ? 'pnpm.cmd' : 'pnpm'))) return bin;
  console.error(`> fetching pnpm ${version}`);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{"private":true}\n');
  const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', ['install', '--prefix', home, ...quiet, `pnpm@${version}`], {
    stdio: ['inherit', 2, 'inherit'],
    env,
    shell: windows,
  });
  if (status !== 0) fail(`pnpm ${version} could not be fetched with npm (exit ${status}).`);
  return bin;
}
