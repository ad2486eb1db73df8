import { parameters, valueAndGradients } from '@ashlar/nn';
import { crossEntropy, DropoutRng, useBackend } from '@ashlar/ops';
import { expectNoLeaks } from '@ashlar/ops/testing';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { baseModel, bytes, fillB, inputIds, logitBytes, randomModel, stateBytes } from '../test/tiny.js';
import type { TinyGpt2 } from '../test/tiny-gpt2.js';
import { applyLora, disabled, loraParameters } from './index.js';

beforeAll(() => useBackend(wasm()));

const withRng = (model: TinyGpt2, step: number) =>
  tf.tidy(() => bytes(model.forward(inputIds(), { rng: new DropoutRng({ seed: 1, step }) })));

function trainStep(model: TinyGpt2, step: number): number {
  return tf.tidy(() => {
    const [batch, seq] = inputIds().shape;
    const targets = tf.slice(inputIds(), [0, 1], [batch, seq - 1]);
    const rng = new DropoutRng({ seed: 1, step });
    const loss = () => {
      const logits = model.forward(tf.slice(inputIds(), [0, 0], [batch, seq - 1]), { rng });
      return tf.mean(crossEntropy(logits, targets)) as tf.Scalar;
    };
    const { value, gradients } = valueAndGradients(loss, parameters(model));
    expect([...gradients.keys()]).toEqual([...loraParameters(model).keys()]);
    for (const [path, variable] of parameters(model))
      variable.assign(tf.sub(variable, tf.mul(gradients.get(path)!, 0.1)));
    return value.dataSync()[0]!;
  });
}

describe('training', () => {
  it('learns in the adapters alone: the base stays as it was, byte for byte', async () => {
    using model = baseModel();
    const [base, weights] = [logitBytes(model), stateBytes(model)];
    applyLora(model, { rank: 4, alpha: 8, dropout: 0.05 });
    expect(logitBytes(model)).toBe(base);
    const losses = Array.from({ length: 60 }, (_, step) => trainStep(model, step));
    expect(losses.at(-1)! / losses[0]!).toBeLessThan(0.5);
    const after = Object.entries(stateBytes(model)).filter(([path]) => !path.includes('lora_'));
    expect(Object.fromEntries(after.map(([path, value]) => [path.replace('.base_layer', ''), value]))).toEqual(weights);
    expect(disabled(model, () => logitBytes(model))).toBe(base);
    await expectNoLeaks(() => void trainStep(model, 60));
  });

  it('drops only in the adapters, only with a generator, and the same for the same step', () => {
    using model = randomModel(); // its own dropout is 0
    const base = logitBytes(model);
    applyLora(model, { dropout: 0.5 });
    expect(withRng(model, 1)).toBe(base);
    fillB(loraParameters(model));
    expect(withRng(model, 1)).toBe(withRng(model, 1));
    expect(withRng(model, 1)).not.toBe(withRng(model, 2));
    expect(withRng(model, 1)).not.toBe(logitBytes(model));
    expect(disabled(model, () => withRng(model, 1))).toBe(base);
  });

  it('keeps the mean of what it drops', () => {
    using model = randomModel();
    applyLora(model, { dropout: 0.25, targetModules: ['h.1.mlp.c_proj'] });
    fillB(loraParameters(model), 0.02);
    tf.tidy(() => {
      const at = (step: number) => model.forward(inputIds(), { rng: new DropoutRng({ seed: 2, step }) });
      const mean = tf.mean(tf.stack(Array.from({ length: 200 }, (_, step) => at(step))), 0);
      const whole = model.forward(inputIds());
      const moved = tf
        .norm(
          tf.sub(
            whole,
            disabled(model, () => model.forward(inputIds())),
          ),
        )
        .dataSync()[0]!;
      expect(tf.norm(tf.sub(mean, whole)).dataSync()[0]! / moved).toBeLessThan(0.1);
    });
  });
});
