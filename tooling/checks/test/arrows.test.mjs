import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { boundaries, cruise } from '../src/arrows.mjs';
import { packages, readJson, root } from '../src/repository.mjs';
import { plantedTree } from './planted-tree.mjs';

const { floors } = readJson(join(root, 'tooling/checks/floors.json'));

describe('the arrows of this repository', () => {
  it('point down: dependency-cruiser', () => {
    const { modules, found } = cruise();
    expect(found).toEqual([]);
    expect(modules).toBeGreaterThan(100);
  });

  it('point down: turbo boundaries', () => {
    const { files, found } = boundaries();
    expect(found).toEqual([]);
    expect(files).toBeGreaterThan(100);
  });

  it('every package stands on a floor, and its turbo tag says which', () => {
    for (const { folder, path } of packages) {
      const floor = Object.keys(floors).find((name) => floors[name].includes(folder));
      expect(readJson(join(path, 'turbo.json')).tags, folder).toEqual([floor]);
    }
  });

  it('the tag rules of turbo.json are those of the list', () => {
    const names = Object.keys(floors);
    const beside = { ground: [] }; // its one sideways arrow is drawn by package, which tags cannot say
    const rules = names.slice(0, -1).map((floor, level) => {
      const deny = [...(beside[floor] ?? [floor]), ...names.slice(level + 1)];
      return [floor, { dependencies: { deny } }];
    });
    expect(readJson(join(root, 'turbo.json')).boundaries.tags).toEqual(Object.fromEntries(rules));
  });
});

describe('planted violations', () => {
  let tree;
  const plant = (packages) => (tree = plantedTree(packages)).folder;
  afterEach(() => tree.remove());

  it('finds nothing in a tree that obeys', () => {
    const folder = plant({
      ops: { files: { 'index.ts': 'export const op = 1;\n' } },
      nn: { uses: ['ops'], files: { 'index.ts': "export { op } from '@ashlar/ops';\n" } },
      attention: { uses: ['nn'], files: { 'index.ts': "export { op } from '@ashlar/nn';\n" } },
    });
    expect(cruise(folder, ['packages']).found).toEqual([]);
    expect(boundaries(folder).found).toEqual([]);
  });

  it('an import from a higher floor', () => {
    const folder = plant({
      optim: { uses: ['trainer'], files: { 'index.ts': "export { loop } from '@ashlar/trainer';\n" } },
      trainer: { files: { 'index.ts': 'export const loop = 1;\n' } },
    });
    expect(cruise(folder, ['packages']).found).toEqual([
      'optim-imports-upward: packages/optim/src/index.ts -> packages/trainer/src/index.ts',
    ]);
    expect(boundaries(folder).found).toEqual([
      'Package `@ashlar/trainer` found with tag listed in denylist for `@ashlar/optim`: `models`',
    ]);
  });

  it('an import from the same floor', () => {
    const folder = plant({
      attention: { uses: ['embeddings'], files: { 'index.ts': "export { table } from '@ashlar/embeddings';\n" } },
      embeddings: { files: { 'index.ts': 'export const table = 1;\n' } },
    });
    expect(cruise(folder, ['packages']).found).toEqual([
      'attention-imports-sideways: packages/attention/src/index.ts -> packages/embeddings/src/index.ts',
    ]);
    expect(boundaries(folder).found).toEqual([
      'Package `@ashlar/embeddings` found with tag listed in denylist for `@ashlar/attention`: `parts`',
    ]);
  });

  it('a sideways import against the one arrow that the ground floor allows', () => {
    const folder = plant({
      ops: { uses: ['nn'], files: { 'index.ts': "export { layer } from '@ashlar/nn';\n" } },
      nn: { files: { 'index.ts': 'export const layer = 1;\n' } },
    });
    expect(cruise(folder, ['packages']).found).toEqual([
      'ops-imports-sideways: packages/ops/src/index.ts -> packages/nn/src/index.ts',
    ]);
  });

  it("a reach into another package's files", () => {
    const folder = plant({
      nn: { uses: ['ops'], files: { 'index.ts': "export { hidden } from '../../ops/src/hidden.js';\n" } },
      ops: { files: { 'index.ts': 'export {};\n', 'hidden.ts': 'export const hidden = 1;\n' } },
    });
    expect(cruise(folder, ['packages']).found).toEqual([
      'no-reach-into-files: packages/nn/src/index.ts -> packages/ops/src/hidden.ts',
    ]);
    expect(boundaries(folder).found).toEqual(['import `../../ops/src/hidden.js` leaves the package']);
  });

  it('but not a test that uses a package of a higher floor', () => {
    const folder = plant({
      optim: {
        tests: ['trainer'],
        files: {
          'index.ts': 'export const step = 1;\n',
          'step.test.ts': "import { loop } from '@ashlar/trainer';\nloop;\n",
        },
      },
      trainer: { files: { 'index.ts': 'export const loop = 1;\n' } },
    });
    expect(cruise(folder, ['packages']).found).toEqual([]);
    expect(boundaries(folder).found).toEqual([]);
  });

  it('a source that imports what is there for its tests', () => {
    const folder = plant({
      optim: { tests: ['nn'], files: { 'index.ts': "export { layer } from '@ashlar/nn';\n" } },
      nn: { files: { 'index.ts': 'export const layer = 1;\n' } },
    });
    expect(cruise(folder, ['packages']).found).toEqual([
      'not-in-dependencies: packages/optim/src/index.ts -> @ashlar/nn',
    ]);
  });

  it('an import that the manifest does not declare', () => {
    const folder = plant({
      nn: { files: { 'index.ts': "export { op } from '@ashlar/ops';\n" } },
      ops: { files: { 'index.ts': 'export const op = 1;\n' } },
    });
    expect(cruise(folder, ['packages']).found).toEqual([
      'not-in-package-json: packages/nn/src/index.ts -> @ashlar/ops',
      'not-in-dependencies: packages/nn/src/index.ts -> @ashlar/ops',
    ]);
    expect(boundaries(folder).found).toEqual(['cannot import package `@ashlar/ops` because it is not a dependency']);
  });

  it("a main entry that reaches one of Node's modules through another file", () => {
    const folder = plant({
      data: {
        files: {
          'index.ts': "export { read } from './read.js';\n",
          'read.ts': "export { readFile as read } from 'node:fs/promises';\n",
        },
      },
    });
    expect(cruise(folder, ['packages']).found).toEqual([
      'browser-entry-reaches-node: packages/data/src/index.ts -> fs/promises',
    ]);
  });

  it('two files that import each other', () => {
    const folder = plant({
      ops: {
        files: {
          'index.ts': "import { b } from './b.js';\nexport const a = 1 + b;\n",
          'b.ts': "import { a } from './index.js';\nexport const b = 1 + a;\n",
        },
      },
    });
    expect(cruise(folder, ['packages']).found).toHaveLength(1);
  });
});
