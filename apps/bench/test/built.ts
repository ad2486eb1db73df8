import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Runs the built benchmark. */
export const bench = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args]);

/** Gives the tests of a file a folder for results, by the path of a file in it. */
export function temporaryFolder(): (name: string) => string {
  let folder: string;
  beforeAll(() => {
    if (!existsSync(program))
      throw new Error('The benchmark runs from its build: turbo run build --filter @ashlar-internal/bench');
    folder = mkdtempSync(join(tmpdir(), 'ashlar-bench-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return (name) => join(folder, name);
}
