import { parameters, stateDict } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { expectNoLeaks } from '@ashlar/ops/testing';
import type { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { fillB, logitBytes, randomModel, stateBytes } from '../test/tiny.js';
import { applyLora, applyPeft, disabled, loraParameters, mergeLora, removeLora, toPeft } from './index.js';

beforeAll(() => useBackend(cpu()));

const options = { targetModules: ['c_attn'], modulesToSave: ['wte', 'ln_f'] };
const whole = ['ln_f.bias', 'ln_f.weight', 'wte.weight'];

/** Moves everything that trains. */
function train(model: Gpt2): void {
  fillB(loraParameters(model));
  for (const path of whole)
    tf.tidy(() =>
      stateDict(model)
        .get(path)!
        .assign(tf.add(stateDict(model).get(path)!, 0.1)),
    );
}

describe('modules that train whole', () => {
  it('train beside the adapters, and go back with them', () => {
    using model = randomModel();
    const [base, state, own] = [logitBytes(model), stateBytes(model), [...parameters(model).keys()]];
    applyLora(model, options);
    expect([...loraParameters(model).keys()].filter((path) => !path.includes('lora_'))).toEqual(whole);
    expect([...parameters(model)]).toEqual([...loraParameters(model)]);
    train(model);
    const trained = logitBytes(model);
    expect(disabled(model, () => [logitBytes(model), disabled(model, () => logitBytes(model))])).toEqual([base, base]);
    expect(logitBytes(model)).toBe(trained);
    removeLora(model);
    expect(stateBytes(model)).toEqual(state);
    expect([...parameters(model).keys()]).toEqual(own);
  });

  it('stay when the adapters are merged before they are removed', () => {
    using model = randomModel();
    applyLora(model, options);
    train(model);
    const [head] = [stateBytes(model)['wte.weight']];
    mergeLora(model);
    const merged = logitBytes(model);
    removeLora(model);
    expect(logitBytes(model)).toBe(merged);
    expect(stateBytes(model)['wte.weight']).toBe(head);
  });

  it('are written and read with the adapters', async () => {
    using model = randomModel();
    applyLora(model, options);
    train(model);
    const files = await toPeft(model, { prefix: 'transformer.', fanInFanOut: true });
    expect(files.config['modules_to_save']).toEqual(['transformer.ln_f', 'transformer.wte']);
    expect([...files.tensors.keys()].filter((name) => !name.includes('lora_'))).toEqual(
      whole.map((path) => `base_model.model.transformer.${path}`),
    );
    using loaded = randomModel();
    const base = logitBytes(loaded);
    applyPeft(loaded, files);
    expect(logitBytes(loaded)).toBe(logitBytes(model));
    expect(disabled(loaded, () => logitBytes(loaded))).toBe(base);
  });

  it('leak nothing', () =>
    expectNoLeaks(() => {
      using model = randomModel();
      applyLora(model, options);
      disabled(model, () => undefined);
      removeLora(model);
      applyLora(model, options);
    }));

  it('are refused by one sentence where that cannot be', async () => {
    using model = randomModel();
    expect(() => applyLora(model, { modulesToSave: ['score'] })).toThrow(
      'applyLora: no module of this model is called score; it has wte, wpe, drop, h.*, h.*.ln_1, ',
    );
    expect(() => applyLora(model, { modulesToSave: ['h.1.mlp'] })).toThrow(
      'applyLora: h.1.mlp.c_fc cannot both be adapted and train whole as part of h.1.mlp',
    );
    applyLora(model, { targetModules: ['c_attn'], modulesToSave: ['c_fc'] });
    await expect(toPeft(model, { fanInFanOut: true })).rejects.toThrow(
      "toPeft: Python's GPT-2 keeps h.0.mlp.c_fc.weight transposed, which modules to save are not; adapt it instead",
    );
  });
});
