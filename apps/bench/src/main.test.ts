import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bench, temporaryFolder } from '../test/built.js';
import { isRight, type BenchFile } from './suite/result.js';
import { violations } from './suite/schema.js';

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

test('the suite lets tfjs take turns with Ashlar, and a library that is not there says so', async () => {
  const out = inFolder('suite.json');
  const works = ['matmul.f32.768x128x65.nt', 'train.step.f32.nano'];
  const python = ['--python', inFolder('no-python'), '--by', 'tfjs,pytorch'];
  await bench('suite', '--quick', '--only', works.join(','), '--peers', ...python, '--out', out);
  const file = JSON.parse(readFileSync(out, 'utf8')) as BenchFile;
  expect(violations(file)).toEqual([]);
  const turns = file.results.filter(({ by }) => by !== undefined);
  expect(turns.map(({ work, by }) => [work, by])).toEqual(
    works.flatMap((work) => ['ashlar', 'tfjs', 'pytorch'].map((by) => [work, by])),
  );
  for (const result of turns.filter(({ by }) => by !== 'pytorch')) {
    expect(isRight(result)).toBe(true);
    expect(result.inputHash).toBe(file.results.find(({ work }) => work === result.work)!.inputHash);
    expect(result.ratio!.median).toBeGreaterThan(result.by === 'tfjs' ? 1 : 0.99);
  }
  for (const result of turns.filter(({ by }) => by === 'pytorch')) {
    expect(result.status).toBe('unsupported');
    expect(result.message).toContain('no-python');
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
