import { parameters, valueAndGradients } from '@ashlar/nn';
import { crossEntropy, DropoutRng, useBackend } from '@ashlar/ops';
import { expectNoLeaks } from '@ashlar/ops/testing';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import { dequantizeModules, quantizeModules, type QuantizationScheme } from '@ashlar/quantization';
import type { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { baseModel, bytes, distance, fillB, inputIds, logitBytes, randomModel, stateBytes } from '../test/tiny.js';
import { applyLora, disabled, loraParameters, mergeLora, type LoraOptions } from './index.js';

beforeAll(() => useBackend(wasm()));

const withRng = (model: Gpt2, step: number) =>
  tf.tidy(() => bytes(model.forward(inputIds(), { rng: new DropoutRng({ seed: 1, step }) })));

/** Loss of predicting the fixtures' ids, and its gradients for what trains. */
function lossAndGradients(model: Gpt2, step: number) {
  const rng = new DropoutRng({ seed: 1, step });
  const loss = () => {
    const logits = model.forward(inputIds(), { rng });
    const seen = tf.slice(logits, [0, 0, 0], [-1, logits.shape[1]! - 1, -1]);
    return tf.mean(crossEntropy(seen, tf.slice(inputIds(), [0, 1], [-1, -1]))) as tf.Scalar;
  };
  return valueAndGradients(loss, parameters(model));
}

function trainStep(model: Gpt2, optimizer: AdamW, step: number): number {
  return tf.tidy(() => {
    const { value, gradients } = lossAndGradients(model, step);
    expect([...gradients.keys()]).toEqual([...loraParameters(model).keys()]);
    optimizer.step(gradients, { learningRate: 0.01 });
    return value.dataSync()[0]!;
  });
}

const kinds: { name: string; options: LoraOptions; scheme?: QuantizationScheme }[] = [
  { name: 'LoRA', options: { rank: 4, alpha: 8, dropout: 0.05 } },
  { name: 'rsLoRA', options: { rank: 4, alpha: 8, useRslora: true } },
  { name: 'DoRA', options: { rank: 4, alpha: 8, dropout: 0.05, useDora: true } },
  { name: 'LoRA with a norm that trains whole', options: { rank: 4, alpha: 8, modulesToSave: ['ln_f'] } },
  { name: 'LoRA over int8', options: { rank: 4, alpha: 8 }, scheme: { scheme: 'int8' } },
  { name: 'QLoRA: LoRA over NF4', options: { rank: 4, alpha: 8 }, scheme: { scheme: 'nf4' } },
  { name: 'DoRA over NF4', options: { rank: 4, alpha: 8, useDora: true }, scheme: { scheme: 'nf4' } },
];

describe('training a GPT-2', () => {
  it.each(kinds)('$name starts as the base, learns, and leaves the base as it was, byte for byte', async (kind) => {
    using model = baseModel();
    if (kind.scheme) await quantizeModules(model, kind.scheme);
    const [base, weights] = [logitBytes(model), stateBytes(model)];
    applyLora(model, kind.options);
    expect(logitBytes(model)).toBe(base);
    const optimizer = new AdamW(loraParameters(model), { weightDecay: 0 });
    const losses = Array.from({ length: 60 }, (_, step) => trainStep(model, optimizer, step));
    expect(losses.at(-1)! / losses[0]!).toBeLessThan(0.5);
    const frozen = disabled(model, () => Object.entries(stateBytes(model)).filter(([path]) => !path.includes('lora_')));
    expect(Object.fromEntries(frozen.map(([path, value]) => [path.replace('.base_layer', ''), value]))).toEqual(
      weights,
    );
    expect(disabled(model, () => logitBytes(model))).toBe(base);
    await expectNoLeaks(() => void trainStep(model, optimizer, 60));
    optimizer.dispose();

    const adapted = tf.tidy(() => model.forward(inputIds()));
    if (kind.scheme) expect(() => mergeLora(model)).toThrow('dequantize the base first');
    dequantizeModules(model);
    mergeLora(model);
    expect(distance(tf.tidy(() => model.forward(inputIds())), adapted)).toBeLessThan(1e-5); // prettier-ignore
    adapted.dispose();
  });

  it('gives adapters over a quantized base the gradients that they have over the dequantized one', async () => {
    using model = baseModel();
    await quantizeModules(model, { scheme: 'nf4' });
    applyLora(model);
    fillB(loraParameters(model));
    const gradients = () => tf.tidy(() => Object.fromEntries(lossAndGradients(model, 0).gradients));
    const found = gradients();
    dequantizeModules(model);
    const plain = gradients();
    expect(Object.keys(found)).toEqual([...loraParameters(model).keys()]);
    for (const [path, gradient] of Object.entries(found))
      expect(distance(gradient, plain[path]!), path).toBeLessThan(1e-6);
    tf.dispose([found, plain]);
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
