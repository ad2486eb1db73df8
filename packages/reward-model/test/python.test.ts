import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeSafetensors } from '@ashlar/checkpoint';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { Gpt2, Gpt2WithScore } from '@ashlar/transformer';
import { describe, expect, it } from 'vitest';
import { rewardModelToHuggingFace, scoreSequences } from '../src/index.js';

const python = [process.env.ASHLAR_PYTHON, 'python3', 'python'].find(
  (command) => command && spawnSync(command, ['-c', 'import transformers, torch']).status === 0,
);
const reason = python ? '' : ' (skipped: no Python with the package transformers, see ASHLAR_PYTHON)';
const program = fileURLToPath(new URL('../../../tooling/reference/check_score.py', import.meta.url));

describe(`transformers in Python${reason}`, () => {
  it.skipIf(!python)('opens the folder and scores rows of any length as we do', { timeout: 120_000 }, async () => {
    await useBackend(wasm());
    const folder = mkdtempSync(join(tmpdir(), 'ashlar-reward-'));
    try {
      const sizes = { vocabSize: 20, contextLength: 10, hiddenSize: 16, numLayers: 2, numHeads: 4 };
      using model = new Gpt2WithScore(new Gpt2({ ...sizes, initializerRange: 0.3 }, { seed: 5 }), { seed: 6 });
      const padTokenId = 19;
      const form = await rewardModelToHuggingFace(model, { padTokenId, scale: { gain: 2, bias: -1 } });
      writeFileSync(join(folder, 'config.json'), JSON.stringify(form.config));
      writeFileSync(join(folder, 'model.safetensors'), encodeSafetensors(form.tensors, { metadata: { format: 'pt' } }));
      const rows = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11], [12, 13, 14, 0]]; // prettier-ignore
      const inputIds = rows.map((row) => [...row, ...Array<number>(10 - row.length).fill(padTokenId)]);
      const scores = [...(await scoreSequences(model, rows))];
      writeFileSync(join(folder, 'cases.json'), JSON.stringify({ inputIds, scores }));

      const { stdout, stderr } = spawnSync(python!, [program, folder, join(folder, 'cases.json')], {
        encoding: 'utf8',
      });
      const report = JSON.parse(stdout.trim().split('\n').at(-1) || 'null') as Record<string, unknown> | null;
      expect(report, stderr).toMatchObject({ class: 'GPT2ForSequenceClassification', missing: [], unexpected: [] });
      expect(report!['maxDifference']).toBeLessThan(1e-5);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
