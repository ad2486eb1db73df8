import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeSafetensors, encodeSafetensors } from '@ashlar/checkpoint';
import { numParameters } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Gpt2, Gpt2WithScore, gpt2WithScoreFromHuggingFace, gpt2WithScoreToHuggingFace } from '../src/index.js';

// a model with a head for one score and its outputs, written by Python's transformers (tooling/reference/gpt2_score.py)
const file = (name: string) => new URL(`fixtures/${name}`, import.meta.url);
const json = <T>(name: string) => JSON.parse(readFileSync(file(name), 'utf8')) as T;
const expected = json<{
  parameters: number;
  inputIds: number[][];
  lengths: number[];
  scores: number[][];
  pooled: number[];
}>('gpt2-score.json');

const python = [process.env.ASHLAR_PYTHON, 'python3', 'python'].find(
  (command) => command && spawnSync(command, ['-c', 'import transformers, torch']).status === 0,
);
const reason = python ? '' : ' (skipped: no Python with the package transformers, see ASHLAR_PYTHON)';
const program = fileURLToPath(new URL('../../../tooling/reference/check_score.py', import.meta.url));

const scoresOf = (model: Gpt2WithScore, rows: number[][]) =>
  tf.tidy(() => model.forward(tf.tensor2d(rows, undefined, 'int32')).arraySync() as number[][]);

beforeAll(() => useBackend(cpu()));

describe('a folder of GPT2ForSequenceClassification', () => {
  const load = () =>
    gpt2WithScoreFromHuggingFace({
      config: json('gpt2-score/config.json'),
      tensors: decodeSafetensors(new Uint8Array(readFileSync(file('gpt2-score/model.safetensors')))).tensors,
    });

  it('gives the same scores at each position and at the last token', () => {
    using model = load();
    expect(numParameters(model)).toBe(expected.parameters);
    const scores = scoresOf(model, expected.inputIds);
    expected.scores.flat().forEach((score, i) => expect(scores.flat()[i]).toBeCloseTo(score, 5));
    expected.pooled.forEach((score, row) => expect(scores[row]![expected.lengths[row]! - 1]).toBeCloseTo(score, 5));
  });
});

describe(`transformers in Python${reason}`, () => {
  it.skipIf(!python).each([true, false])('scores as we do; biases: %s', { timeout: 120_000 }, async (bias) => {
    const folder = mkdtempSync(join(tmpdir(), 'ashlar-score-'));
    try {
      const sizes = { vocabSize: 24, contextLength: 12, hiddenSize: 16, numLayers: 2, numHeads: 2, bias };
      using model = new Gpt2WithScore(new Gpt2({ ...sizes, initializerRange: 0.3 }, { seed: 5 }), { seed: 6 });
      const { config, tensors } = await gpt2WithScoreToHuggingFace(model, { padTokenId: 0 });
      writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
      writeFileSync(join(folder, 'model.safetensors'), encodeSafetensors(tensors, { metadata: { format: 'pt' } }));
      const { inputIds, lengths } = expected;
      const scores = scoresOf(model, inputIds).map((row, r) => row[lengths[r]! - 1]!);
      writeFileSync(join(folder, 'cases.json'), JSON.stringify({ inputIds, scores }));

      const { stdout, stderr } = spawnSync(python!, [program, folder, join(folder, 'cases.json')], {
        encoding: 'utf8',
      });
      const report = JSON.parse(stdout.trim().split('\n').at(-1) || 'null') as Record<string, unknown> | null;
      expect(report, stderr).toMatchObject({
        class: 'GPT2ForSequenceClassification',
        missing: [],
        unexpected: [],
        shape: [3, 1],
      });
      expect(report!['maxDifference']).toBeLessThan(1e-5);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
