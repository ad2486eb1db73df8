import { gpt2Presets } from '@ashlar/transformer';
import { model } from './model-config.js';
import type { PretrainConfig } from './pretrain-config.js';
import { training } from './training-config.js';

export interface Preset {
  /** What it is for, in one line. */
  description: string;
  config: PretrainConfig;
}

const common = {
  seed: 1337,
  heldOut: 0.1,
  tokenizer: { kind: 'characters', vocabSize: null },
  samples: { prompts: [''], maxNewTokens: 120, temperature: 0.8, topK: null },
} satisfies Partial<PretrainConfig>;

const define = <Name extends string>(all: Record<Name, Preset>) => all;

/** Models with everything needed to train them, by name. */
export const presets = define({
  nano: {
    description: '2 layers of 32, context 16, characters: seconds; to see that all works',
    config: {
      ...common,
      model: model(gpt2Presets.nano),
      training: training({ steps: 300, batchSize: 16, learningRate: 5e-3, warmupSteps: 20, evaluateEvery: 100 }),
      samples: { ...common.samples, maxNewTokens: 60 },
    },
  },
  tiny: {
    description: '2 layers of 64, context 64, characters: about a minute; words appear',
    config: {
      ...common,
      model: model({ contextLength: 64, hiddenSize: 64, numLayers: 2, numHeads: 4 }),
      training: training({ steps: 1000, batchSize: 12, learningRate: 3e-3, warmupSteps: 50, evaluateEvery: 100 }),
    },
  },
  'nanogpt-cpu': {
    description: "nanoGPT's configuration for a CPU: 4 layers of 128, context 64, characters, no biases; minutes",
    config: {
      ...common,
      model: model(gpt2Presets['nanogpt-cpu']),
      training: training({ steps: 2000, batchSize: 12, learningRate: 1e-3, warmupSteps: 100, evaluateEvery: 250 }),
    },
  },
  small: {
    description: '6 layers of 192, context 128, 2,048 tokens of byte-pair encoding: hours; best with a graphics card',
    config: {
      ...common,
      tokenizer: { kind: 'bpe', vocabSize: 2048 },
      model: model({ contextLength: 128, hiddenSize: 192, numLayers: 6, numHeads: 6, dropout: 0.1 }),
      training: training({
        steps: 5000,
        batchSize: 32,
        learningRate: 1e-3,
        warmupSteps: 100,
        evaluateEvery: 250,
        evaluationBatchSize: 16,
      }),
    },
  },
});

export type PresetName = keyof typeof presets;
