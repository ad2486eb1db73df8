import type { Gpt2Config } from './gpt2-config.js';

const gpt2 = (numLayers: number, numHeads: number, hiddenSize: number): Gpt2Config => ({
  vocabSize: 50_257,
  contextLength: 1024,
  hiddenSize,
  numLayers,
  numHeads,
});

/** Models of the GPT-2 family by name. */
export const gpt2Presets = {
  /** As small as a transformer gets that still has two of everything; for tests and phones. */
  nano: { vocabSize: 65, contextLength: 16, hiddenSize: 32, numLayers: 2, numHeads: 2 },
  /** nanoGPT's configuration for a CPU, on the 65 characters of Tiny Shakespeare. */
  'nanogpt-cpu': {
    vocabSize: 65,
    contextLength: 64,
    hiddenSize: 128,
    numLayers: 4,
    numHeads: 4,
    activation: 'gelu',
    bias: false,
  },
  gpt2: gpt2(12, 12, 768),
  'gpt2-medium': gpt2(24, 16, 1024),
  'gpt2-large': gpt2(36, 20, 1280),
  'gpt2-xl': gpt2(48, 25, 1600),
  /** GPT-3 Small (Brown et al. 2020, table 2.1), with the round vocabulary of 50,000 in which it is usually accounted. */
  'gpt3-small': { ...gpt2(12, 12, 768), vocabSize: 50_000, contextLength: 2048 },
} satisfies Record<string, Gpt2Config>;
