import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packages, run } from '../../src/repository.mjs';
import { entries, scratch } from '../../src/scratch.mjs';

// a program that reports what an import brought, and what it left behind in the process and in tfjs
const visit = (entry, load) => `
const state = () => JSON.stringify({
  globals: Reflect.ownKeys(globalThis).map(String),
  backends: Object.keys(tf.engine().registryFactory),
  kernels: ['cpu', 'wasm', 'webgl', 'webgpu'].map((name) => tf.getKernelsForBackend(name).length),
  tensors: tf.engine().state.numTensors,
});
const before = state();
const entry = ${load}(${JSON.stringify(entry)});
const names = (module) => Object.keys(module).filter((name) => name !== 'default' && name !== 'module.exports').sort();
const report = (module) => console.log(JSON.stringify({ names: names(module), untouched: before === state() }));
`;
const esm = (entry) => `import * as tf from '@tensorflow/tfjs-core';\n${visit(entry, 'await import')}report(entry);\n`;
const cjs = (entry) => `const tf = require('@tensorflow/tfjs-core');\n${visit(entry, 'require')}report(entry);\n`;

function outcome(file, source) {
  writeFileSync(join(scratch, file), source);
  const { status, stdout, output } = run(process.execPath, [file], { cwd: scratch });
  expect(status, output).toBe(0);
  return JSON.parse(stdout);
}

// what the tests of packages use brings vitest along, which only they have
const published = packages.flatMap(({ manifest }) => entries(manifest)).filter((entry) => !entry.endsWith('/testing'));

describe.each(published)('%s', (entry) => {
  it('imports and requires, with the same names, and changes nothing by that', () => {
    const imported = outcome('entry.mjs', esm(entry));
    const required = outcome('entry.cjs', cjs(entry));
    expect(imported.names.length).toBeGreaterThan(0);
    expect(imported).toEqual({ names: required.names, untouched: true });
    expect(required.untouched).toBe(true);
  });

  it.skipIf(entry.endsWith('/node'))("bundles for a page, without any of Node's modules", async () => {
    const { outputFiles, errors } = await build({
      stdin: { contents: `export * from ${JSON.stringify(entry)};`, resolveDir: scratch },
      bundle: true,
      platform: 'browser',
      format: 'esm',
      external: ['@tensorflow/*'],
      write: false,
      logLevel: 'silent',
    });
    expect(errors).toEqual([]);
    expect(outputFiles[0].text).not.toMatch(/from\s*["']node:|import\(["']node:/);
  });

  it('leaves nothing in a bundle that does not use it', async () => {
    const { outputFiles } = await build({
      stdin: { contents: `import * as unused from ${JSON.stringify(entry)};`, resolveDir: scratch },
      bundle: true,
      format: 'esm',
      minify: true,
      platform: entry.endsWith('/node') ? 'node' : 'browser',
      external: ['@tensorflow/*', 'node:*'],
      write: false,
      logLevel: 'silent',
    });
    expect(outputFiles[0].text.trim()).toBe('');
  });
});
