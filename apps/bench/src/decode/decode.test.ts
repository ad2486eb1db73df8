import { describe, expect, test } from 'vitest';
import type { Measurement } from '../measure.js';
import { decodeMarkdown, decodeRows } from './report.js';
import { parseDecodeOptions } from './run-decode.js';
import { bytesPerToken, shapes } from './shapes.js';

const measurement = (name: string, ids: number[], tokenMs: number[][]): Measurement => ({
  measured: { name, title: name.toUpperCase(), versions: {}, setupMs: 1 },
  firstStepMs: 0,
  firstTokenMs: 9,
  stepMs: [],
  tokenMs,
  losses: [],
  ids,
});

describe('options of decode', () => {
  test('shapes and counts are read', () => {
    expect(parseDecodeOptions(['--shape', 'gpt2-small', '--tokens', '100'])).toMatchObject({
      shapes: ['gpt2-small'],
      tokens: 100,
      rounds: 5,
    });
    expect(parseDecodeOptions(['--help'])).toBeNull();
  });

  test('what is out of range is refused', () => {
    expect(() => parseDecodeOptions(['--shape', 'gpt3'])).toThrow('there is no gpt3 here, only config-a, gpt2-small');
    expect(() => parseDecodeOptions(['--tokens', '57'])).toThrow(
      '--tokens must be a whole number from 1 to 56, not 57',
    );
    expect(() => parseDecodeOptions(['--rounds', '1.5'])).toThrow('--rounds must be a whole number');
  });
});

test('a token reads all weights but the position table', () => {
  // 124,439,808 parameters of GPT-2 small, of which the 1024 x 768 positions are not read
  expect(bytesPerToken(shapes['gpt2-small'].model)).toBe(4 * (124_439_808 - 1024 * 768));
});

test('rows are held to the first', () => {
  const rows = decodeRows(
    [
      measurement('ashlar', [1, 2, 2], [[2], [4]]),
      measurement('ashlar-int8', [1, 2, 2], [[1], [2]]),
      measurement('other', [1, 2, 3], [[1], [1]]),
    ],
    [
      [1, -1],
      [1.5, -1],
      [1, -1],
    ],
    3e6,
  );
  expect(rows.map(({ ratio }) => ratio.median)).toEqual([1, 0.5, 0.375]);
  expect(rows.map(({ sameIds }) => sameIds)).toEqual([true, true, false]);
  expect(rows.map(({ logitDifference }) => logitDifference)).toEqual([0, 0.5, 0]);
  expect(rows.map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([1e9, null, 3e9]);
  const text = decodeMarkdown(rows, 'x', { flopsPerSecond: 1, bufferBytes: 1, readPerSecond: 28e9, copyPerSecond: 1 });
  expect(text).toContain('this machine reads 28.0');
  expect(text).toContain('| OTHER | 1.000 | 1.000 | 1.000-1.000 | 0.38 (0.25-0.50) | 9 | 3.0 | **no** | 0.0e+0 |');
});
