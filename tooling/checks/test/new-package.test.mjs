import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJson, root, run, tool } from '../src/repository.mjs';

let copy;
const make = (...args) =>
  run(process.execPath, [join(root, 'tooling/scripts/new-package.mjs'), ...args], { cwd: copy });
const json = (path) => readJson(join(copy, path));

beforeAll(() => {
  copy = realpathSync(mkdtempSync(join(tmpdir(), 'ashlar-new-')));
  const skeleton = ['package.json', 'tsconfig.json', 'tsup.config.ts', 'vitest.config.ts'].map(
    (f) => `packages/embeddings/${f}`,
  );
  const lists = ['package.json', 'floors.json', 'size-budgets.json'].map((file) => `tooling/checks/${file}`);
  for (const file of ['pnpm-workspace.yaml', ...skeleton, ...lists]) cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, 'packages/embeddings/node_modules'), join(copy, 'packages/node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true }));

describe('pnpm new', () => {
  it('makes a package and tells every list about it', () => {
    const { status, output } = make('window-shopping', 'Looks at windows.', '--floor', 'models');
    expect(status, output).toBe(0);
    const manifest = json('packages/window-shopping/package.json');
    expect(manifest).toMatchObject({
      name: '@ashlar/window-shopping',
      version: '0.0.0',
      description: 'Looks at windows.',
    });
    expect(manifest.repository.directory).toBe('packages/window-shopping');
    expect(manifest.dependencies).toBeUndefined();
    expect(Object.keys(manifest.exports)).toEqual(['.', './package.json']);
    expect(json('packages/window-shopping/turbo.json').tags).toEqual(['models']);
    expect(json('tooling/checks/floors.json').floors.models).toContain('window-shopping');
    expect(json('tooling/checks/package.json').dependencies['@ashlar/window-shopping']).toBe('workspace:*');
    expect(json('tooling/checks/size-budgets.json')['@ashlar/window-shopping']).toBeGreaterThan(0);
  });

  it.each([
    ['typechecks', 'tsc', ['-p', '.']],
    ['passes its test', 'vitest', ['run']],
    ['builds', 'tsup', []],
  ])('what it made %s', (_what, program, args) => {
    const bin = program === 'tsup' ? join(root, 'packages/embeddings/node_modules/.bin/tsup') : tool(program);
    const { status, output } = run(bin, args, { cwd: join(copy, 'packages/window-shopping') });
    expect(status, output).toBe(0);
  });

  it('what it made and changed is formatted', () => {
    const folders = ['packages/window-shopping', 'tooling/checks'].map((folder) => join(copy, folder));
    const { status, output } = run(tool('prettier'), ['--config', join(root, '.prettierrc'), '--check', ...folders]);
    expect(status, output).toBe(0);
  });

  it('gives a planned package its floor from the list', () => {
    expect(make('lora').status).toBe(0);
    expect(json('packages/lora/turbo.json').tags).toEqual(['parts']);
    expect(json('tooling/checks/floors.json').floors.parts.filter((name) => name === 'lora')).toHaveLength(1);
  });

  it.each([
    [['embeddings'], 'packages/embeddings exists already.'],
    [['NotKebab'], 'Usage: pnpm new'],
    [['attic', '--floor', 'roof'], 'There is no floor "roof". There are: ground, parts, models, alignment, faces.'],
    [['ppo', '--floor', 'parts'], 'ppo stands on the floor "alignment"'],
  ])('refuses %j with a sentence', (args, sentence) => {
    const { status, stderr } = make(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(sentence);
    if (args[0] !== 'embeddings') expect(existsSync(join(copy, 'packages', args[0]))).toBe(false);
  });
});
