import { install } from './install.mjs';
import { run } from './workspace.mjs';

/** Two tasks at a time: each of them keeps a core busy. */
export const concurrency = '--concurrency=2';

/** Runs turbo with its output shown; returns its exit status. */
export const turbo = (...args) => run('turbo', ['run', ...args, concurrency]).status ?? 1;

/** `npm run setup`, `npm run build`: installs and builds everything. */
export function build(args = []) {
  install();
  return turbo('build', '--output-logs=new-only', ...args);
}

/** Installs and builds one package and what it needs; prints only when something fails, and to standard error. */
export function buildQuietly(name) {
  install({ closure: name });
  const { status, stdout, stderr } = run(
    'turbo',
    ['run', 'build', `--filter=${name}`, '--output-logs=errors-only', concurrency],
    { stdio: 'pipe', encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (status !== 0) process.stderr.write(`${stdout}${stderr}\n${name} could not be built.\n`);
  return status ?? 1;
}
