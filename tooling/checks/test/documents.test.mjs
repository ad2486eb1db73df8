import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packages, readJson, root } from '../src/repository.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');
const folders = ['packages', 'apps', 'tooling'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => `${group}/${name}`),
);
const documents = ['README.md', 'CONTRIBUTING.md', ...folders.map((folder) => `${folder}/README.md`)].filter((path) =>
  existsSync(join(root, path)),
);

describe('documents', () => {
  it.each(documents)('%s links to files that exist', (path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => link);
    expect(links.filter((link) => !existsSync(join(root, dirname(path), link)))).toEqual([]);
  });

  it('the README lists every package', () => {
    const text = read('README.md');
    expect(
      packages.filter(({ folder, manifest }) => !text.includes(`[\`${manifest.name}\`](packages/${folder})`)),
    ).toEqual([]);
  });

  it('every package of the first release is in a changeset', () => {
    const notes = readdirSync(join(root, '.changeset')).filter((file) => file.endsWith('.md'));
    const text = notes.map((file) => read(`.changeset/${file}`)).join('\n');
    const unreleased = packages.map(({ manifest }) => manifest).filter(({ version }) => version === '0.0.0');
    expect(unreleased.filter(({ name }) => !text.includes(`'${name}': `)).map(({ name }) => name)).toEqual([]);
  });

  it('every package says what it is for, under which license, and where it comes from', () => {
    for (const { folder, manifest } of packages)
      expect(manifest, folder).toMatchObject({
        license: readJson(join(root, 'package.json')).license,
        description: expect.stringMatching(/^\S.{10,}\.$/),
        repository: { directory: `packages/${folder}` },
        engines: { node: '>=20.19.0' },
        publishConfig: { access: 'public' },
      });
  });
});
