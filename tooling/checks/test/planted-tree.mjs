import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readJson, root } from '../src/repository.mjs';

const { floors } = readJson(join(root, 'tooling/checks/floors.json'));
const floorOf = (name) => Object.keys(floors).find((floor) => floors[floor].includes(name));

/**
 * A small workspace in a temporary folder, with the repository's turbo.json and package manager: `packages` maps a name
 * to `{ uses, files }`, where `uses` are the packages in its manifest and `files` its sources.
 */
export function plantedTree(packages) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ashlar-planted-')));
  const write = (path, content) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const { packageManager } = readJson(join(root, 'package.json'));
  write('package.json', { name: 'planted', private: true, packageManager });
  write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n');
  write('pnpm-lock.yaml', `lockfileVersion: '9.0'\nimporters:\n${importers(packages)}`);
  write('turbo.json', { ...readJson(join(root, 'turbo.json')), $schema: undefined });
  for (const [name, { uses = [], files }] of Object.entries(packages)) {
    write(`packages/${name}/package.json`, {
      name: `@ashlar/${name}`,
      version: '0.0.0',
      exports: { '.': { '@ashlar/source': './src/index.ts' } },
      dependencies: Object.fromEntries(uses.map((used) => [`@ashlar/${used}`, 'workspace:^'])),
    });
    write(`packages/${name}/turbo.json`, { extends: ['//'], tags: [floorOf(name)] });
    for (const [file, source] of Object.entries(files)) write(`packages/${name}/src/${file}`, source);
    for (const used of uses) {
      const link = join(folder, 'packages', name, 'node_modules/@ashlar', used);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(folder, 'packages', used), link);
    }
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

const importers = (packages) =>
  Object.entries(packages)
    .map(([name, { uses = [] }]) => {
      const links = uses.map(
        (used) => `      '@ashlar/${used}':\n        specifier: workspace:^\n        version: link:../${used}\n`,
      );
      return `  packages/${name}:${links.length > 0 ? `\n    dependencies:\n${links.join('')}` : ' {}\n'}`;
    })
    .join('');
