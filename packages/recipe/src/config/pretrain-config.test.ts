import { describe, expect, it } from 'vitest';
import { pretrainConfig, presets } from '../index.js';

describe('pretrainConfig', () => {
  it.each(Object.keys(presets))('%s is in order and plain JSON', (preset) => {
    const config = pretrainConfig(preset);
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
  });

  it("is nanoGPT's configuration for a CPU", () => {
    const { model, training, tokenizer } = pretrainConfig('nanogpt-cpu');
    expect(tokenizer.kind).toBe('characters');
    expect(model).toMatchObject({ numLayers: 4, numHeads: 4, hiddenSize: 128, contextLength: 64, bias: false });
    expect(model).toMatchObject({ dropout: 0, activation: 'gelu' });
    expect(training).toMatchObject({ steps: 2000, batchSize: 12, learningRate: 1e-3, minLearningRate: 1e-4 });
    expect(training).toMatchObject({ warmupSteps: 100, beta1: 0.9, beta2: 0.99, weightDecay: 0.1, maxGradNorm: 1 });
  });

  it('changes what is given and nothing else', () => {
    const changed = pretrainConfig('nano', { seed: 5, model: { numLayers: 3 }, training: { maxGradNorm: null } });
    const { seed, model, training, ...rest } = pretrainConfig('nano');
    expect(changed).toEqual({
      ...rest,
      seed: 5,
      model: { ...model, numLayers: 3 },
      training: { ...training, maxGradNorm: null },
    });
    expect(seed).toBe(1337);
  });

  it.each([
    ['big', {}, 'no preset is called "big"; there are nano, tiny, nanogpt-cpu, small'],
    [
      'nano',
      { modell: {} },
      'config: modell is no setting; there are seed, heldOut, tokenizer, samples, model, training',
    ],
    [
      'nano',
      { training: { lr: 1 } },
      'config: training.lr is no setting; there are accumulation, gradientCheckpointing,',
    ],
    ['nano', { training: { steps: '9' } }, 'config: training.steps must be of type number, found "9"'],
    ['nano', { training: { steps: 0 } }, 'config: training.steps must be a whole number from 1 on, found 0'],
    ['nano', { training: { maxGradNorm: 'no' } }, 'config: training.maxGradNorm must be a number or null, found "no"'],
    [
      'nano',
      { training: { accumulation: 99 } },
      'config: training.accumulation must be at most batchSize (16), found 99',
    ],
    ['nano', { model: { hiddenSize: 65 } }, 'config: model.hiddenSize must be a multiple of numHeads (2), found 65'],
    [
      'nano',
      { model: { activation: 'tanh' } },
      'config: model.activation must be gelu, gelu_new, relu or silu, found "tanh"',
    ],
    ['nano', { tokenizer: { kind: 'bpe' } }, 'config: tokenizer.vocabSize must be a whole number from 256 on, found 0'],
    ['nano', { heldOut: 1 }, 'config: heldOut must be above 0 and below 1, found 1'],
    ['nano', { samples: { prompts: [1] } }, 'config: samples.prompts must be a list of texts, found [1]'],
  ])('refuses %s with %j', (preset, changes, message) => {
    expect(() => pretrainConfig(preset, changes as object)).toThrow(message);
  });
});
