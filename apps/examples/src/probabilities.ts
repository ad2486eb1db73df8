import { crossEntropy } from '@ashlar/ops';
import type { Tokenizer } from '@ashlar/tokenizer';
import type { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';

/** Probability of each token of a sentence after all before it; the first one comes after a line break. */
export function probabilities(model: Gpt2, tokenizer: Tokenizer, sentence: string): { token: string; p: number }[] {
  const ids = [...tokenizer.encode(`\n${sentence}`)];
  const losses = tf.tidy(() => {
    const tensor = (row: number[]) => tf.tensor2d([row], undefined, 'int32');
    return crossEntropy(model.forward(tensor(ids.slice(0, -1))), tensor(ids.slice(1))).dataSync();
  });
  return ids.slice(1).map((id, i) => ({ token: tokenizer.decode([id]), p: Math.exp(-losses[i]!) }));
}

/** Probability that a sentence goes on with this word, however many tokens the word has. */
export function continuation(model: Gpt2, tokenizer: Tokenizer, begin: string, word: string): number {
  const known = tokenizer.encode(`\n${begin}`).length - 1;
  const all = probabilities(model, tokenizer, begin + word);
  return all.slice(known).reduce((product, { p }) => product * p, 1);
}
