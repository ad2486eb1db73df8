import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packages, readJson, run } from '../../src/repository.mjs';
import { scratch, tarball } from '../../src/scratch.mjs';

it('installing @ashlar/tokenizer brings its chat templates and nothing else, no tfjs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-tokenizer-'));
  const npm = (...args) => {
    const { status, output } = run('npm', [...args, '--loglevel=error'], { cwd: folder });
    expect(status, output).toBe(0);
  };
  try {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    mkdirSync(join(folder, 'tarballs'));
    const { dependencies = {} } = readJson(join(scratch, 'node_modules/@ashlar/tokenizer/package.json'));
    const { path } = packages.find((entry) => entry.folder === 'tokenizer');
    for (const name of Object.keys(dependencies))
      npm('pack', '--ignore-scripts', '--pack-destination', 'tarballs', realpathSync(join(path, 'node_modules', name)));

    // offline, with an empty cache: whatever else had to come from elsewhere would fail the install
    const tarballs = readdirSync(join(folder, 'tarballs')).map((file) => join(folder, 'tarballs', file));
    const offline = ['--offline', '--cache', join(folder, 'cache'), '--no-audit', '--no-fund'];
    npm('install', ...offline, ...tarballs, tarball('@ashlar/tokenizer'));
    const lock = readJson(join(folder, 'package-lock.json'));
    const installed = Object.keys(lock.packages).filter(Boolean);
    expect(installed.sort()).toEqual(['node_modules/@ashlar/tokenizer', 'node_modules/@huggingface/jinja']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
