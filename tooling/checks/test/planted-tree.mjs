import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readJson, root } from '../src/repository.mjs';

const { floors } = readJson(join(root, 'tooling/checks/floors.json'));
const floorOf = (name) => Object.keys(floors).find((floor) => floors[floor].includes(name));

/**
 * A small workspace in a temporary folder, with the repository's turbo.json and package manager: `packages` maps a name
 * to `{ uses, tests, files }`: the packages it depends on, those only its tests use, and its sources.
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
  for (const [name, { uses = [], tests = [], files }] of Object.entries(packages)) {
    write(`packages/${name}/package.json`, {
      name: `@ashlar/${name}`,
      version: '0.0.0',
      exports: { '.': { '@ashlar/source': './src/index.ts' } },
      dependencies: workspace(uses),
      devDependencies: workspace(tests),
    });
    write(`packages/${name}/turbo.json`, { extends: ['//'], tags: [floorOf(name)] });
    for (const [file, source] of Object.entries(files)) write(`packages/${name}/src/${file}`, source);
    for (const used of [...uses, ...tests]) {
      const link = join(folder, 'packages', name, 'node_modules/@ashlar', used);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(folder, 'packages', used), link);
    }
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

const workspace = (names) => Object.fromEntries(names.map((name) => [`@ashlar/${name}`, 'workspace:^']));

/** The part of the lock file that turbo reads the graph from. */
function importers(packages) {
  const links = (kind, names) =>
    names.length === 0
      ? ''
      : `    ${kind}:\n${names.map((name) => `      '@ashlar/${name}':\n        specifier: workspace:^\n        version: link:../${name}\n`).join('')}`;
  return Object.entries(packages)
    .map(([name, { uses = [], tests = [] }]) => {
      const block = links('dependencies', uses) + links('devDependencies', tests);
      return `  packages/${name}:${block ? `\n${block}` : ' {}\n'}`;
    })
    .join('');
}
