import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { isRight, type BenchFile } from '../src/suite/result.js';
import { violations } from '../src/suite/schema.js';
import { bench, temporaryFolder } from './built.js';

const works = ['layerNorm.f32.768x128', 'train.step.f32.nano'];
const inFolder = temporaryFolder();

test('the page runs the suite on wasm and webgl, and gives a valid file that names where results were', async () => {
  const out = inFolder('page.json');
  const args = ['page', '--headless', '--quick', '--only', works.join(','), '--backend', 'wasm,webgl', '--out', out];
  const { stdout } = await bench(...args);

  const file = JSON.parse(readFileSync(out, 'utf8')) as BenchFile;
  expect(violations(file)).toEqual([]);
  expect(file.runtime).toBe('browser');
  expect(file.machine.crossOriginIsolated).toBe(true);
  expect(file.machine.gpu?.api).toBe('webgl');
  expect(file.proof).toMatchObject([
    { backend: 'wasm', resultsIn: 'the memory of WebAssembly' },
    { backend: 'webgl', resultsIn: 'a texture of WebGL', flags: { WEBGL_CPU_FORWARD: false } },
  ]);
  for (const backend of ['wasm', 'webgl']) {
    const own = file.results.filter((result) => result.backend === backend);
    expect(new Set(own.map(({ work }) => work))).toEqual(new Set(works));
    for (const result of own) {
      const { medianMs, samplesMs, check, firstMs } = result;
      expect(isRight(result)).toBe(true);
      expect(check!.pass).toBe(true);
      expect(medianMs).toBeGreaterThan(0);
      expect(firstMs).toBeGreaterThan(0);
      expect(samplesMs!.length).toBeGreaterThanOrEqual(3);
    }
  }
  // the same work everywhere
  const hashes = (work: string) => new Set(file.results.filter((one) => one.work === work).map((one) => one.inputHash));
  for (const work of works) expect(hashes(work).size).toBe(1);
  expect(stdout).toContain('Results of webgl were found in a texture of WebGL.');
  for (const suffix of ['.md', '-kernels.svg', '-training.svg'])
    expect(existsSync(out.replace('.json', suffix))).toBe(suffix !== '-kernels.svg');
});

test('one thread and two take turns in an isolated page', async () => {
  const out = inFolder('threads.json');
  const work = 'train.step.f32.configA';
  await bench('page', '--headless', '--quick', '--only', work, '--backend', 'wasm-threads', '--out', out);
  const file = JSON.parse(readFileSync(out, 'utf8')) as BenchFile;
  expect(violations(file)).toEqual([]);
  expect(file.machine.crossOriginIsolated).toBe(true);
  if (availableParallelism() < 2) return expect(file.results).toMatchObject([{ work, status: 'unsupported' }]);
  expect(file.results).toMatchObject([
    { work, backend: 'wasm', by: 'ashlar', threads: 1, ratio: { median: 1, min: 1, max: 1 } },
    { work, backend: 'wasm-threads', by: 'ashlar', threads: 2 },
  ]);
  const [one, two] = file.results;
  for (const result of [one!, two!]) expect(isRight(result)).toBe(true);
  expect(two!.samplesMs).toHaveLength(one!.samplesMs!.length);
  expect(two!.ratio!.median).toBeGreaterThan(0);
  expect(two!.inputHash).toBe(one!.inputHash);
  expect(readFileSync(out.replace('.json', '.md'), 'utf8')).toContain('| ashlar, wasm, 2 threads |');
});

test('tfjs takes turns with Ashlar on the same backend', async () => {
  const out = inFolder('peers.json');
  const only = ['matmul.f32.768x128x65.nt', 'train.step.f32.nano'];
  const args = ['--only', only.join(','), '--backend', 'wasm', '--peers', '--out', out];
  await bench('page', '--headless', '--quick', ...args);
  const { results } = JSON.parse(readFileSync(out, 'utf8')) as BenchFile;
  const turns = results.filter(({ by }) => by !== undefined);
  expect(turns.map(({ work, by, backend }) => [work, by, backend])).toEqual(
    only.flatMap((work) => ['ashlar', 'tfjs'].map((by) => [work, by, 'wasm'])),
  );
  for (const result of turns) {
    expect(isRight(result)).toBe(true);
    expect(result.inputHash).toBe(results.find(({ work, by }) => work === result.work && by === undefined)!.inputHash);
  }
});
