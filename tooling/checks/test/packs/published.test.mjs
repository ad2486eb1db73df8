import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, it } from 'vitest';
import { packages, readJson } from '../../src/repository.mjs';
import { entries, scratch, tarball } from '../../src/scratch.mjs';

describe.each(packages.map(({ manifest }) => [manifest.name, manifest]))('%s', (name, manifest) => {
  const data = readFileSync(tarball(name));

  it('publint has nothing to say', async () => {
    const { messages, pkg } = await publint({ strict: true, pack: { tarball: new Uint8Array(data).buffer } });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it.skipIf(entries(manifest).length === 0)('types are right for every kind of importer', async () => {
    const { problems } = await checkPackage(createPackageFromTarballData(data));
    // node10 knows no exports map: subpaths do not exist for it
    expect(problems.filter(({ resolutionKind }) => resolutionKind !== 'node10')).toEqual([]);
  });

  it('the tarball holds what runs and its sources, no tests', () => {
    const files = createPackageFromTarballData(data).listFiles();
    expect(files.filter((file) => /\.test\.|\/(test|reports|\.turbo)\//.test(file))).toEqual([]);
    expect(files.some((file) => file.endsWith('/README.md'))).toBe(true);
  });

  it('its versions are ones a registry knows', () => {
    const { dependencies, peerDependencies } = readJson(join(scratch, 'node_modules', name, 'package.json'));
    for (const [dependency, range] of Object.entries({ ...dependencies, ...peerDependencies }))
      expect(range, dependency).toMatch(/^[\^~>=]*\d/);
  });
});
