import { join } from 'node:path';
import { buildQuietly } from './build.mjs';
import { foreground } from './foreground.mjs';
import { root, userFolder } from './workspace.mjs';

/** `npm run ashlar -- ARGS`: the command line from this checkout. Paths are relative to where the user stands. */
export async function ashlar(args) {
  return buildQuietly('ashlar') || foreground(join(root, 'packages/cli/dist/main.js'), args, { cwd: userFolder });
}

/** `npm run bench -- ARGS`: the benchmark against plain tfjs, and with `--peers` against other libraries. */
export async function bench(args) {
  return (
    buildQuietly('@ashlar-internal/bench') ||
    foreground(join(root, 'apps/bench/dist/main.js'), args, { cwd: userFolder })
  );
}
