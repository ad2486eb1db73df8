import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeSafetensors } from '@ashlar/checkpoint';
import { parameters, valueAndGradients } from '@ashlar/nn';
import { crossEntropy, useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { AdamW } from '@ashlar/optim';
import { Gpt2, gpt2ToHuggingFace, type HuggingFaceModel } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { applyLora, toPeft, type LoraOptions, type PeftAdapter } from '../src/index.js';

const python = [process.env.ASHLAR_PYTHON, 'python3', 'python'].find(
  (command) => command && spawnSync(command, ['-c', 'import peft']).status === 0,
);
const reason = python ? '' : ' (skipped: no Python with the package peft, see ASHLAR_PYTHON)';
const program = fileURLToPath(new URL('../../../tooling/reference/check_adapter.py', import.meta.url));

const ids = [1, 2, 3, 5, 8, 13, 21];
const tokens = () => tf.tensor2d([ids], undefined, 'int32');

/** A few steps on the ids, so that the adapters matter. */
function train(model: Gpt2): void {
  const optimizer = new AdamW(parameters(model));
  const loss = () => tf.mean(crossEntropy(model.forward(tokens()), tf.reverse(tokens(), 1))) as tf.Scalar;
  for (let step = 0; step < 20; step++)
    tf.tidy(() => optimizer.step(valueAndGradients(loss, parameters(model)).gradients, { learningRate: 0.02 }));
  optimizer.dispose();
}

function write(
  folder: string,
  configName: string,
  weightsName: string,
  { config, tensors }: HuggingFaceModel | PeftAdapter,
) {
  mkdirSync(folder);
  writeFileSync(join(folder, configName), JSON.stringify(config));
  writeFileSync(join(folder, weightsName), encodeSafetensors(tensors, { metadata: { format: 'pt' } }));
}

describe(`PEFT in Python${reason}`, () => {
  it.skipIf(!python).each<[string, LoraOptions]>([
    [
      'all linears, with other ranks and alphas for some',
      { rank: 4, alpha: 8, rankPattern: { 'h.1.mlp.c_fc': 2 }, alphaPattern: { c_attn: 3 } },
    ],
    ['one linear, rsLoRA', { targetModules: ['h.0.attn.c_attn'], useRslora: true }],
    [
      'DoRA, with modules that train whole',
      { targetModules: ['c_attn', 'mlp.c_proj'], useDora: true, modulesToSave: ['ln_f', 'wpe'] },
    ],
  ])('opens our adapter of a GPT-2 and computes the same: %s', { timeout: 120_000 }, async (_, options) => {
    await useBackend(cpu());
    const folder = mkdtempSync(join(tmpdir(), 'ashlar-adapter-'));
    try {
      const sizes = { vocabSize: 40, contextLength: 12, hiddenSize: 16, numLayers: 2, numHeads: 2 };
      using model = new Gpt2(sizes, { seed: 5 });
      write(join(folder, 'base'), 'config.json', 'model.safetensors', await gpt2ToHuggingFace(model));
      applyLora(model, options);
      train(model);
      const adapter = await toPeft(model, {
        prefix: 'transformer.',
        fanInFanOut: true,
        baseModel: join(folder, 'base'),
      });
      write(join(folder, 'adapter'), 'adapter_config.json', 'adapter_model.safetensors', adapter);
      const logits = tf.tidy(() => model.forward(tokens()).arraySync() as number[][][])[0];
      writeFileSync(join(folder, 'logits.json'), JSON.stringify(logits));

      const files = [join(folder, 'base'), join(folder, 'adapter'), '--logits', join(folder, 'logits.json')];
      const { stdout, stderr } = spawnSync(python!, [program, ...files, '--ids', ids.join(',')], { encoding: 'utf8' });
      const report = JSON.parse(stdout.trim().split('\n').at(-1) || 'null') as Record<string, number> | null;
      expect(report, stderr).not.toBeNull();
      expect(report!['trainable']).toBe([...parameters(model).values()].reduce((sum, { size }) => sum + size, 0));
      expect(report!['movedBy']).toBeGreaterThan(0.1);
      expect(report!['maxDifference']).toBeLessThan(1e-5);
      expect(report!['maxDifferenceMerged']).toBeLessThan(1e-5);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
