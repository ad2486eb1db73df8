import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BenchFile } from '../src/suite/result.js';
import { violations } from '../src/suite/schema.js';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const works = ['layerNorm.f32.768x128', 'train.step.f32.nano'];

let folder: string;
beforeAll(() => {
  if (!existsSync(program))
    throw new Error('The benchmark runs from its build: turbo run build --filter @ashlar-internal/bench');
  folder = mkdtempSync(join(tmpdir(), 'ashlar-bench-page-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the page runs the suite on wasm and webgl, and gives a valid file that names where results were', async () => {
  const out = join(folder, 'page.json');
  const args = ['page', '--headless', '--quick', '--only', works.join(','), '--backend', 'wasm,webgl', '--out', out];
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);

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
    for (const { status, medianMs, samplesMs, check, firstMs } of own) {
      expect(status).toBe('ok');
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
