import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const bench = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args]);

let folder: string;
beforeAll(() => {
  if (!existsSync(program))
    throw new Error('The benchmark runs from its build: turbo run build --filter @ashlar-internal/bench');
  folder = mkdtempSync(join(tmpdir(), 'ashlar-bench-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('Ashlar and tfjs do the same work, and every figure is written', async () => {
  const out = join(folder, 'result.json');
  const counts = ['--rounds', '1', '--steps', '1', '--warmup', '1', '--tokens', '3'];
  const { stdout } = await bench(...counts, '--only', 'ashlar,tfjs-transposed', '--out', out, '--json');

  expect(stdout).toContain('| Ashlar, wasm |');
  const summary = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, { lossDifference: number }>;
  expect(Object.keys(summary)).toEqual(['ashlar', 'tfjs-transposed']);
  const { rows, machine } = JSON.parse(readFileSync(out, 'utf8')) as {
    rows: { training: { lossDifference: number; stepMs: { median: number } }; generation: { sameIds: boolean } }[];
    machine: { node: string };
  };
  expect(machine.node).toBe(process.version);
  for (const { training, generation } of rows) {
    expect(training.lossDifference).toBeLessThan(1e-5);
    expect(training.stepMs.median).toBeGreaterThan(0);
    expect(generation.sameIds).toBe(true);
  }
});

test('what cannot be measured ends with a sentence and status 1', async () => {
  await expect(bench('--rounds', '100', '--steps', '100')).rejects.toMatchObject({
    code: 1,
    stderr: "bench: 2 + 100 x 100 steps are 10002: PyTorch's losses are known for 200.\n",
  });
  await expect(bench('--python', join(folder, 'no-python'), '--only', 'pytorch')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('pytorch ended early') as string,
  });
});
