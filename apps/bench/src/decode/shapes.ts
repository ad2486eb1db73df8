import type { Job } from '../job.js';
import { shapes as all } from '../models.js';

/** A model to decode with, one prompt, and how many tokens may follow it. */
export interface Shape {
  title: string;
  model: Job['model'];
  prompt: number[];
  maxTokens: number;
}

const prompt = (length: number, vocabSize: number) => Array.from({ length }, (_, i) => (i * 7919 + 5) % vocabSize);

const shape = (title: string, model: Job['model'], promptLength: number): Shape => ({
  title,
  model,
  prompt: prompt(promptLength, model.vocabSize),
  maxTokens: model.contextLength - promptLength,
});

export const shapes = {
  'config-a': shape('nanoGPT for a CPU: 4 layers, 4 heads, 128, 65 tokens', all['config-a'].model, 8),
  'gpt2-small': shape('GPT-2 small: 12 layers, 12 heads, 768, 50,257 tokens', all['gpt2-small'].model, 32),
} satisfies Record<string, Shape>;

/** Bytes of float32 weights that one decoded token reads: all but the tables of which it takes one row. */
export function bytesPerToken({ vocabSize, hiddenSize, numLayers, bias }: Job['model']): number {
  const block = 12 * hiddenSize ** 2 + 2 * hiddenSize + (bias ? 11 * hiddenSize : 0);
  return 4 * (numLayers * block + hiddenSize * (bias ? 2 : 1) + vocabSize * hiddenSize);
}
