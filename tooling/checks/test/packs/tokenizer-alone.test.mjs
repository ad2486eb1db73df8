import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../../src/repository.mjs';
import { tarball } from '../../src/scratch.mjs';

it('installing @ashlar/tokenizer brings it and nothing else, no tfjs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-tokenizer-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    mkdirSync(join(folder, 'cache'));
    // offline, with an empty cache: whatever had to come from elsewhere would fail the install
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    const args = ['install', '--offline', '--cache', join(folder, 'cache'), ...quiet, tarball('@ashlar/tokenizer')];
    const { status, output } = run('npm', args, { cwd: folder });
    expect(status, output).toBe(0);
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(['@ashlar']);
    expect(readdirSync(join(folder, 'node_modules/@ashlar'))).toEqual(['tokenizer']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
