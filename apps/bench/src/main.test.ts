import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bench, temporaryFolder } from '../test/built.js';

const inFolder = temporaryFolder();

test('Ashlar and tfjs do the same work, and every figure is written', async () => {
  const out = inFolder('result.json');
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
  await expect(bench('--shape', 'hidden-384', '--rounds', '16')).rejects.toMatchObject({
    stderr: "bench: 1 + 16 x 1 steps are 17: PyTorch's losses are known for 16.\n",
  });
  await expect(bench('--python', inFolder('no-python'), '--only', 'pytorch')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('pytorch ended early') as string,
  });
});
