import { Linear, loadStateDict, Module, valueAndGradients, type HostTensor } from '@ashlar/nn';
import { crossEntropy, useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adapterFiles, baseModel, bytes, distance, expected, inputIds, logitBytes, randomModel } from '../test/tiny.js';
import {
  applyLora,
  applyPeft,
  disabled,
  LoraLinear,
  loraParameters,
  mergeLora,
  removeLora,
  toPeft,
  unmergeLora,
} from './index.js';

beforeAll(() => useBackend(cpu()));

const names = ['adapter', 'adapter-rslora', 'adapter-dora'] as const;
const gpt2 = { prefix: 'transformer.', fanInFanOut: true };

describe.each(names)('the folder %s, written by peft', (name) => {
  const { config, tensors } = adapterFiles(name);
  const { logits, loss, gradients } = expected.adapters[name];

  it('gives the same logits: adapted, merged, and without', () => {
    using model = baseModel();
    applyPeft(model, { config, tensors });
    tf.tidy(() => {
      expect(distance(model.forward(inputIds()), logits)).toBeLessThan(1e-5);
      expect(
        distance(
          disabled(model, () => model.forward(inputIds())),
          expected.baseLogits,
        ),
      ).toBeLessThan(1e-5);
      mergeLora(model);
      expect(distance(model.forward(inputIds()), logits)).toBeLessThan(2e-5);
    });
  });

  it('gives the same loss and gradients, for the adapters alone', () => {
    using model = baseModel();
    applyPeft(model, { config, tensors });
    tf.tidy(() => {
      const targets = tf.tensor2d(expected.inputIds.map((row) => row.slice(1)), undefined, 'int32'); // prettier-ignore
      const objective = () => {
        const seen = tf.slice(model.forward(inputIds()), [0, 0, 0], [-1, targets.shape[1]!, -1]);
        return tf.mean(crossEntropy(seen, targets)) as tf.Scalar;
      };
      const found = valueAndGradients(objective, loraParameters(model));
      expect(Math.abs(found.value.dataSync()[0]! - loss)).toBeLessThan(1e-5);
      const paths = [...found.gradients.keys()].map((path) => `base_model.model.transformer.${path}`);
      expect(paths).toEqual(Object.keys(gradients));
      for (const [path, gradient] of found.gradients) {
        const { norm, first } = gradients[`base_model.model.transformer.${path}`]!;
        expect(Math.abs(tf.norm(gradient).dataSync()[0]! - norm)).toBeLessThan(1e-5);
        first.forEach((value, i) => expect(Math.abs(gradient.dataSync()[i]! - value)).toBeLessThan(1e-5));
      }
    });
  });

  it('comes back: the same tensors, and the settings that matter', async () => {
    using model = baseModel();
    applyPeft(model, { config, tensors });
    const written = await toPeft(model, gpt2);
    expect(written.tensors).toEqual(new Map([...tensors].sort(([a], [b]) => (a < b ? -1 : 1))));
    for (const key of [
      'peft_type',
      'task_type',
      'r',
      'lora_dropout',
      'fan_in_fan_out',
      'use_rslora',
      'use_dora',
      'bias',
    ])
      expect(written.config[key]).toEqual(config[key]);
    const [before, loaded] = [logitBytes(model), baseModel()];
    applyPeft(loaded, written);
    expect(logitBytes(loaded)).toBe(before);
    loaded.dispose();
  });
});

class Holder extends Module {
  linear = new Linear(3, 2);
}

describe('one linear, worked out by peft', () => {
  const { weight, bias, a, b, x, rank, alpha, ...found } = expected.oneLinear;
  const host = (values: number[] | number[][], shape: number[]): HostTensor => {
    return { dtype: 'float32', shape, data: Float32Array.from(values.flat()) };
  };
  it.each(['lora', 'rslora', 'dora'] as const)('%s', (kind) => {
    using model = new Holder();
    loadStateDict(model, new Map([['linear.weight', host(weight, [2, 3])], ['linear.bias', host(bias, [2])]])); // prettier-ignore
    const name = 'base_model.model.linear.lora_';
    const tensors = new Map([[`${name}A.weight`, host(a, [2, 3])], [`${name}B.weight`, host(b, [2, 2])]]); // prettier-ignore
    const { magnitude } = found[kind];
    if (magnitude) tensors.set(`${name}magnitude_vector`, host(magnitude, [2]));
    const kinds = { use_rslora: kind === 'rslora', use_dora: kind === 'dora' };
    applyPeft(model, {
      config: { peft_type: 'LORA', r: rank, lora_alpha: alpha, ...kinds, some_new_key: [1] },
      tensors,
    });
    const layer = model.linear as unknown as LoraLinear;
    expect(layer).toBeInstanceOf(LoraLinear);
    expect(layer.scale).toBeCloseTo(found[kind].scale, 12);
    tf.tidy(() => {
      expect(distance(layer.forward(tf.tensor2d(x)), found[kind].y)).toBeLessThan(1e-6);
      expect(distance(layer.delta(), found[kind].delta)).toBeLessThan(1e-7);
      const before = bytes(layer.base_layer.forward(tf.tensor2d(x)));
      expect(disabled(model, () => bytes(layer.forward(tf.tensor2d(x))))).toBe(before);
      mergeLora(model);
      expect(distance(layer.forward(tf.tensor2d(x)), found[kind].y)).toBeLessThan(1e-6);
      expect(distance(layer.base_layer.weight as tf.Tensor, found[kind].merged)).toBeLessThan(1e-6);
      unmergeLora(model);
      expect(distance(layer.base_layer.weight as tf.Tensor, weight)).toBeLessThanOrEqual(1.2e-7);
    });
  });
});

describe('toPeft', () => {
  it.each([
    { targetModules: 'all-linear' as const, names: ['c_attn', 'c_fc', 'c_proj'] },
    { targetModules: ['mlp.c_proj'], names: ['transformer.h.0.mlp.c_proj', 'transformer.h.1.mlp.c_proj'] },
    { targetModules: /^h\.1.*c_attn/, names: ['transformer.h.1.attn.c_attn'] },
  ])('names the targets of $targetModules so that Python adapts the same', async ({ targetModules, names }) => {
    using model = randomModel();
    applyLora(model, { targetModules });
    expect((await toPeft(model, gpt2)).config['target_modules']).toEqual(names);
  });

  it('writes the ranks and alphas that differ by path', async () => {
    using model = randomModel();
    applyLora(model, { rank: 4, alpha: 8, rankPattern: { 'h.1.mlp.c_fc': 2 }, alphaPattern: { 'h.0.attn.c_attn': 1 } });
    const { config } = await toPeft(model, { ...gpt2, baseModel: 'gpt2' });
    expect(config).toMatchObject({ r: 4, lora_alpha: 8, base_model_name_or_path: 'gpt2' });
    expect(config['rank_pattern']).toEqual({ 'transformer.h.1.mlp.c_fc': 2 });
    expect(config['alpha_pattern']).toEqual({ 'transformer.h.0.attn.c_attn': 1 });
  });
});

describe('applyPeft', () => {
  const files = adapterFiles('adapter');
  const [firstName, firstTensor] = [...files.tensors][0]!;
  it.each([
    [{ peft_type: 'IA3' }, 'adapter_config.json: peft_type is "IA3", expected "LORA"'],
    [{ use_dora: true }, 'lora_magnitude_vector is missing'],
    [{ bias: 'all' }, 'adapter_config.json: bias ("all") is not supported'],
    [{ modules_to_save: ['score'] }, 'applyPeft: no module of this model is called score; it has wte, wpe, drop, h.*'],
    [{ modules_to_save: ['ln_f'] }, 'adapter_model.safetensors: ln_f.bias is missing'],
    [
      { modules_to_save: ['attn'] },
      'applyPeft: h.0.attn.c_attn cannot both be adapted and train whole as part of h.0.attn',
    ],
    [{ init_lora_weights: 'pissa_niter_4' }, '"pissa_niter_4" changes the base weights; convert the adapter with PEFT'],
    [{ lora_alpha: '6' }, 'adapter_config.json: lora_alpha must be a number, not "6"'],
    [{ r: 5 }, 'this model and adapter_config.json ask for [5, '],
  ])('refuses %j', (change, sentence) => {
    using model = randomModel();
    const before = logitBytes(model);
    expect(() => applyPeft(model, { ...files, config: { ...files.config, ...change } })).toThrow(sentence);
    expect(logitBytes(model)).toBe(before);
    expect(() => removeLora(model)).toThrow('carries no adapters');
  });

  it.each([
    ['nothing', new Map(), 'adapter_model.safetensors holds no adapters'],
    ['half an adapter', new Map([[firstName, firstTensor]]), 'is missing'],
    [
      'other tensors',
      new Map([['lm_head.weight', firstTensor]]),
      'lm_head.weight is not supported, only adapters of linears are',
    ],
    [
      'a module that the config does not name',
      new Map([...files.tensors, ['base_model.model.lm_head.weight', firstTensor]]),
      "applyPeft: the adapter holds lm_head.weight, which is not of this model's modules to save (none)",
    ],
    [
      'an adapter of another base',
      new Map([['base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight', firstTensor]]),
      "another base: it adapts model.layers.*.self_attn.q_proj, this model's linears are h.*.attn.c_attn, h.*.attn.c_proj",
    ],
  ] as [string, Map<string, HostTensor>, string][])('refuses %s', (_, tensors, sentence) => {
    using model = randomModel();
    expect(() => applyPeft(model, { config: files.config, tensors })).toThrow(sentence);
  });

  it('refuses an adapter that names another base, or has other sizes', () => {
    using model = baseModel();
    const named = { ...files, config: { ...files.config, base_model_name_or_path: 'gpt2-medium' } };
    expect(() => applyPeft(model, named, { baseModel: 'gpt2' })).toThrow(
      'applyPeft: the adapter belongs to another base: it was made for "gpt2-medium", this is "gpt2"',
    );
    using wide = new Gpt2({ ...model.config, hiddenSize: 24 });
    expect(() => applyPeft(wide, named)).toThrow(
      'applyPeft: base_model.model.transformer.h.0.attn.c_attn.lora_A.weight is [4, 16], this model and adapter_config.json ask for [4, 24]',
    );
    expect(applyPeft(model, named, { baseModel: 'gpt2-medium' })).toHaveLength(8);
  });
});
