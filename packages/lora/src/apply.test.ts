import { initialize, Linear, Module, parameters, stateDict } from '@ashlar/nn';
import { RandomStream, useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { expectNoLeaks } from '@ashlar/ops/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fillB, inputIds, logitBytes, randomModel, stateBytes } from '../test/tiny.js';
import { applyLora, loraParameters, removeLora } from './index.js';

class Headed extends Module {
  qProj = new Linear(4, 6);
  down = new Linear(6, 4, { bias: false });
  lm_head = new Linear(4, 9, { bias: false });
  score = new Linear(4, 1);
}

beforeAll(() => useBackend(cpu()));

const allPaths = [0, 1].flatMap((layer) =>
  ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj'].map((name) => `h.${layer}.${name}`),
);

describe('applyLora', () => {
  it.each([
    { targetModules: 'all-linear' as const, paths: allPaths },
    { targetModules: ['c_attn'], paths: ['h.0.attn.c_attn', 'h.1.attn.c_attn'] },
    { targetModules: ['attn.c_proj'], paths: ['h.0.attn.c_proj', 'h.1.attn.c_proj'] },
    { targetModules: ['h.1.mlp.c_fc', 'c_attn'], paths: ['h.0.attn.c_attn', 'h.1.attn.c_attn', 'h.1.mlp.c_fc'] },
    { targetModules: /^h\.1\..*c_proj$/g, paths: ['h.1.attn.c_proj', 'h.1.mlp.c_proj'] },
  ])('adapts $targetModules', ({ targetModules, paths }) => {
    using model = randomModel();
    expect(applyLora(model, { targetModules })).toEqual(paths);
    expect([...loraParameters(model).keys()]).toEqual(
      paths.flatMap((path) => [`${path}.lora_A.weight`, `${path}.lora_B.weight`]),
    );
    for (const path of paths) expect(stateDict(model).has(`${path}.base_layer.weight`)).toBe(true);
  });

  it('leaves output heads alone under all-linear, and takes them by name', () => {
    using model = initialize(new Headed(), { seed: 1 });
    expect(applyLora(model)).toEqual(['q_proj', 'down']);
    removeLora(model);
    expect(applyLora(model, { targetModules: ['lm_head'] })).toEqual(['lm_head']);
  });

  it('computes what the base did, bit for bit, until something is trained', () => {
    using model = randomModel();
    const before = logitBytes(model);
    applyLora(model, { rank: 4, alpha: 32, useRslora: true });
    expect(logitBytes(model)).toBe(before);
    fillB(loraParameters(model));
    expect(logitBytes(model)).not.toBe(before);
  });

  it('trains the adapters alone until they are removed, and leaves no trace then', () => {
    using model = randomModel();
    const [state, own] = [stateBytes(model), [...parameters(model).keys()]];
    model.wpe.weight.trainable = false;
    const names = applyLora(model, { rank: 3 });
    expect([...parameters(model)]).toEqual([...loraParameters(model)]);
    fillB(loraParameters(model));
    removeLora(model);
    expect(stateBytes(model)).toEqual(state);
    expect([...parameters(model).keys()]).toEqual(own.filter((path) => path !== 'wpe.weight'));
    expect(applyLora(model, { rank: 3 })).toEqual(names);
  });

  it('draws A uniformly in ±1/sqrt(in) from the stream of its path; B is 0', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(1e6), (rank, seed) => {
        using model = initialize(new Headed(), { seed: 0 });
        applyLora(model, { rank, seed, targetModules: ['down'] });
        const { 'down.lora_A.weight': a, 'down.lora_B.weight': b } = Object.fromEntries(loraParameters(model));
        expect([a!.shape, b!.shape]).toEqual([[rank, 6], [4, rank]]); // prettier-ignore
        const bound = 1 / Math.sqrt(6);
        const stream = new RandomStream(seed, 'init/down.lora_A.weight');
        expect(a!.dataSync()).toEqual(stream.uniformArray(rank * 6, { min: -bound, max: bound }));
        expect(b!.dataSync().every((value) => value === 0)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('takes other ranks and alphas from patterns for the ends of paths', () => {
    using model = randomModel();
    applyLora(model, { rank: 4, rankPattern: { 'h.1.mlp.c_proj': 2, 'attn\\.c_.*': 3 }, alphaPattern: { proj: 1 } });
    const ranks = [...loraParameters(model)].filter(([path]) => path.includes('lora_A')).map(([, a]) => a.shape[0]);
    expect(ranks).toEqual([3, 3, 4, 4, 3, 3, 4, 2]);
  });

  it('keeps several adapted models apart', () => {
    using first = randomModel(1);
    using second = randomModel(1);
    const base = logitBytes(second);
    applyLora(first, { seed: 1 });
    applyLora(second, { seed: 2, targetModules: ['c_attn'] });
    fillB(loraParameters(first));
    expect(logitBytes(second)).toBe(base);
    removeLora(second);
    expect(loraParameters(first).size).toBe(16);
    expect(logitBytes(first)).not.toBe(base);
    expect(parameters(second).has('h.0.attn.c_attn.weight')).toBe(true);
  });

  it('leaks nothing', () =>
    expectNoLeaks(() => {
      using model = randomModel();
      applyLora(model, { targetModules: ['c_attn'] });
      tf.tidy(() => void model.forward(inputIds()));
      removeLora(model);
      applyLora(model);
    }));

  it('says what does not fit, and changes nothing', () => {
    using model = randomModel();
    const before = stateBytes(model);
    expect(() => applyLora(model, { targetModules: ['q_proj', 'c_attn', 'wte'] })).toThrow(
      'applyLora: no linear of this model is called q_proj or wte; it has h.*.attn.c_attn, h.*.attn.c_proj, h.*.mlp.c_fc, h.*.mlp.c_proj',
    );
    expect(() => applyLora(model, { targetModules: /v_proj/ })).toThrow('no linear of this model matches /v_proj/');
    expect(() => applyLora(model, { targetModules: [] })).toThrow("a list of names, a RegExp or 'all-linear', not []");
    expect(() => applyLora(model, { rank: 0 })).toThrow('applyLora: rank (0) must be a positive integer');
    expect(() => applyLora(model, { alphaPattern: { c_fc: NaN } })).toThrow('alpha (NaN) must be a positive number');
    expect(() => applyLora(model, { dropout: 1 })).toThrow('applyLora: dropout (1) must be in [0, 1)');
    expect(() => applyLora(model, { seed: -1 })).toThrow(RangeError);
    expect(() => removeLora(model)).toThrow('removeLora: this model carries no adapters');
    expect(stateBytes(model)).toEqual(before);
    applyLora(model, { targetModules: ['c_fc'] });
    expect(() => applyLora(model)).toThrow('this model carries 2 adapters already; removeLora takes them off');
  });
});
