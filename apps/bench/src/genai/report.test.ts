import { expect, test } from 'vitest';
import type { Result } from '../suite/result.js';
import { genaiMarkdown, genaiRows } from './report.js';

const result = (backend: 'wasm' | 'webgl', samplesMs: number[], status: Result['status'] = 'ok'): Result => ({
  work: 'train.step.f32.configA',
  group: 'train',
  params: { parameters: 804_096 },
  inputHash: 'ab',
  backend,
  dtype: 'f32',
  status,
  firstMs: 500,
  samplesMs,
  check: { reference: 'r', maxAbs: 1e-6, maxRel: 1e-6, tolerance: 1e-4, pass: status === 'ok' },
});

test('ratios are taken in each round, without the first step', () => {
  const genai = { ms: [9000, 100, 300], losses: [4.17, 4.16, 4.1], parameters: 794_752 };
  const rows = genaiRows([genai, genai], [[result('wasm', [20]), result('webgl', [400])], [result('wasm', [40]), result('webgl', [400])]]); // prettier-ignore
  expect(rows.map(({ medianMs }) => medianMs)).toEqual([200, 30, 400]);
  expect(rows.map(({ ratio }) => ratio.median)).toEqual([1, expect.closeTo(0.15), 2]);
  expect(rows.every(({ trains }) => trains)).toBe(true);
  expect(genaiMarkdown(rows)).toContain('| Ashlar, wasm | 30 | 0.15 (0.10-0.20) | 500 | 804096 | r: off by 1.0e-6 |');
});

test('what does not train is not taken for a time', () => {
  const losses = (values: number[]) => ({ ms: [1, 1], losses: values, parameters: 1 });
  const trains = (values: number[]) => genaiRows([losses(values)], [[result('wasm', [1])]])[0]!.trains;
  expect(trains([4.2, 4.1])).toBe(true);
  expect(trains([4.1, 4.2])).toBe(false);
  expect(trains([5, 4])).toBe(false);
  expect(trains([NaN, NaN])).toBe(false);
  const wrong = genaiRows([losses([4.2, 4.1])], [[result('wasm', [1], 'wrong')]])[1]!;
  expect(wrong.trains).toBe(false);
});
