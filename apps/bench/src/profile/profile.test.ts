import { expect, test } from 'vitest';
import { shapes } from '../models.js';
import { profileStep } from './profile-step.js';
import { profileMarkdown, profileRows } from './report.js';

test('a step is taken apart without remainder, and its products are those of the model', async () => {
  const shape = shapes.nano;
  const profile = await profileStep(shape, 4);
  const { numLayers, hiddenSize, vocabSize, contextLength } = shape.model;
  const weights = 12 * numLayers * hiddenSize ** 2 + vocabSize * hiddenSize;
  const products = [...profile.kernels].filter(([name]) => name.includes('] x ['));
  const operations = products.reduce((sum, [, { work }]) => sum + work!.operations, 0);
  // a product and a sum, for the result and two gradients
  expect(operations).toBe(6 * weights * shape.batchSize * contextLength);
  expect(profile.kernels.get('attention_grad')!.calls).toBe(numLayers);
  const uncounted = [...profile.kernels].filter(([, { work }]) => !work).map(([name]) => name);
  expect(uncounted.filter((name) => !name.endsWith('_scratch'))).toEqual(['strided_copy']);
  expect(profile.stock.size).toBeGreaterThan(0);
  expect(profile.allocation.calls).toBeGreaterThan(100);
  expect(profile.scriptMs).toBeGreaterThan(0);
});

test('a floor is the longer of arithmetic and memory; what takes little is one row', () => {
  const machine = { flopsPerSecond: 1e9, copyPerSecond: 1e9, readPerSecond: 1e9, bufferBytes: 1 };
  const entry = (milliseconds: number, operations: number, bytes: number) =>
    ({ calls: 1, milliseconds, work: { operations, bytes } }) as const;
  const rows = profileRows(
    {
      stepMs: 10,
      kernels: new Map([
        ['copy', entry(2, 0, 3e6)],
        ['dy W: [1, 2] x [2, 3]', entry(4, 3e6, 1e6)],
        ['tiny', entry(0.01, 1, 1)],
      ]),
      stock: new Map([['Add', { calls: 3, milliseconds: 0.02 }]]),
      allocation: { calls: 7, milliseconds: 1 },
      scriptMs: 2,
    },
    machine,
  );
  expect(rows.map(({ floorMs }) => floorMs)).toEqual([3, 1.5, 1e-6, undefined, undefined, undefined]);
  const table = profileMarkdown(rows, 10);
  expect(table).toContain('| dy W: [1, 2] x [2, 3] | 1 | 4.00 | 3.00 | 0.75 | arithmetic |');
  expect(table).toContain('| copy | 1 | 2.00 | 1.50 | 0.75 | memory |');
  expect(table).toContain('| 2 others, each below 0.05 ms | 4 | 0.03 |');
  expect(table).toContain('took 10.0 ms; the products of matrices at the peak would take 3.0 ms: **0.30** of it');
});
