import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, run } from './workspace.mjs';

/**
 * Installs with the frozen lock file when a manifest or the lock changed since the last good install. `closure` names a
 * workspace package: then only it, what it depends on and the root's own tools are installed.
 */
export function install({ closure, force = false } = {}) {
  const state = fingerprint();
  if (!force && (installed('all') === state || (closure && installed(closure) === state))) return;
  const filter = closure ? ['--filter', `${closure}...`, '--filter', '.'] : [];
  const args = ['install', '--frozen-lockfile', '--reporter=append-only', ...filter];
  console.error(`> pnpm ${args.join(' ')}`);
  const { status } = run('pnpm', args, { stdio: ['inherit', 2, 'inherit'] });
  if (status !== 0) fail('pnpm install failed: see above.', status ?? 1);
  writeFileSync(stamp(closure ?? 'all'), state);
}

const stamp = (name) => join('node_modules', `.installed-${name.replace('/', '-')}`);
const installed = (name) => (existsSync(stamp(name)) ? readFileSync(stamp(name), 'utf8') : null);

/** One hash over all that decides what an install puts where. */
function fingerprint() {
  const files = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml'];
  for (const group of ['packages', 'apps', 'tooling'])
    for (const name of readdirSync(group)) files.push(`${group}/${name}/package.json`);
  const hash = createHash('sha256');
  for (const file of files) if (existsSync(file)) hash.update(`${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}
