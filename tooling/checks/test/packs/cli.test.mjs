import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readJson, run } from '../../src/repository.mjs';
import { scratch } from '../../src/scratch.mjs';

it('the packed command line starts and says what it can do', () => {
  const home = join(scratch, 'node_modules', 'ashlar');
  const { bin } = readJson(join(home, 'package.json'));
  const { status, stdout, stderr } = run(process.execPath, [join(home, bin.ashlar), '--help'], { cwd: scratch });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('pretrain');
});
