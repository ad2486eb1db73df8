import '@tensorflow/tfjs-backend-cpu';
import { Module, type Cache, type ForwardOptions, type LanguageModel } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createSampler, generate, type GenerateOptions } from './index.js';

/** Predicts the successor of the last token, modulo the vocabulary, and the sum of what it sees as second best. */
class Counter extends Module implements LanguageModel {
  readonly config = { vocabSize: 7, contextLength: 4 };
  seen: number[][] = [];

  forward(tokens: tf.Tensor, { cache }: ForwardOptions = {}): tf.Tensor {
    const row = [...tokens.dataSync()];
    this.seen.push(row);
    (cache as CountingCache | undefined)?.push(row.length);
    const logits = new Float32Array(7);
    logits[(row.at(-1)! + 1) % 7] = 3;
    logits[(row.at(-1)! + 2) % 7] = 2;
    return tf.tensor3d(logits, [1, 1, 7]);
  }

  createCache(): Cache {
    return new CountingCache();
  }
}
class CountingCache implements Cache {
  static live = 0;
  readonly batchSize = 1;
  length = 0;
  constructor() {
    CountingCache.live++;
  }
  push(count: number): void {
    this.length += count;
  }
  fork(): Cache {
    return this;
  }
  truncate(length: number): void {
    this.length = length;
  }
  dispose(): void {
    CountingCache.live--;
  }
}

async function collect(model: LanguageModel, prompt: number[], options: GenerateOptions) {
  const tokens = [];
  for await (const token of generate(model, prompt, options)) tokens.push(token);
  return tokens;
}
const idsOf = async (prompt: number[], options: GenerateOptions) =>
  (await collect(new Counter(), prompt, options)).map(({ id }) => id);

describe('generate', () => {
  it('takes the most likely token at temperature 0', async () => {
    expect(await idsOf([0], { temperature: 0, maxNewTokens: 3 })).toEqual([1, 2, 3]);
  });

  it('feeds the cache one token at a time, and slides the window when the context is full', async () => {
    const model = new Counter();
    await collect(model, [0, 1], { temperature: 0, maxNewTokens: 5 });
    expect(model.seen).toEqual([[0, 1], [2], [3], [1, 2, 3, 4], [2, 3, 4, 5]]);
  });

  it('sees the end of a prompt that is longer than the context', async () => {
    const model = new Counter();
    await collect(model, [6, 5, 4, 3, 2, 1], { temperature: 0, maxNewTokens: 1 });
    expect(model.seen).toEqual([[4, 3, 2, 1]]);
  });

  it('draws the same text from the same seed and another from another', async () => {
    const draw = (seed: number) => idsOf([0], { seed, maxNewTokens: 30 });
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
  });

  it('reports log-probabilities of the model itself', async () => {
    const [first] = await collect(new Counter(), [0], { temperature: 0.1, topK: 1, maxNewTokens: 1 });
    const sum = Math.exp(3) + Math.exp(2) + 5;
    expect(first).toEqual({ id: 1, logProb: expect.closeTo(3 - Math.log(sum), 6) as number });
  });

  it('stops after an end token, which it yields', async () => {
    expect(await idsOf([0], { temperature: 0, eosTokenId: 2 })).toEqual([1, 2]);
    expect(await idsOf([0], { temperature: 0, eosTokenId: [9, 3] })).toEqual([1, 2, 3]);
  });

  it('stops when told to, and frees the cache however it ends', async () => {
    const controller = new AbortController();
    const ids = [];
    for await (const { id } of generate(new Counter(), [0], { temperature: 0, signal: controller.signal })) {
      ids.push(id);
      if (ids.length === 2) controller.abort();
    }
    expect(ids).toEqual([1, 2]);
    for await (const token of generate(new Counter(), [0])) if (token) break;
    expect(CountingCache.live).toBe(0);
  });

  it('leaks no tensors', async () => {
    const before = tf.memory().numTensors;
    await idsOf([0], { maxNewTokens: 6 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([NaN, Infinity])('refuses to draw from logits of %s', async (value) => {
    class Broken extends Counter {
      override forward(): tf.Tensor {
        return tf.fill([1, 1, 7], value);
      }
    }
    await expect(collect(new Broken(), [0], {})).rejects.toThrow('its logits are NaN or infinite');
    expect(CountingCache.live).toBe(0);
  });

  it('refuses an empty prompt and ids it does not know', async () => {
    await expect(idsOf([], {})).rejects.toThrow('generate: the prompt is empty, give it at least one token');
    await expect(idsOf([7], {})).rejects.toThrow('generate: token id 7 is outside of the vocabulary of 7');
    await expect(idsOf([0], { temperature: -1 })).rejects.toThrow('temperature (-1) must be greater than 0');
  });
});

describe('createSampler', () => {
  it('follows the distribution', () => {
    const sample = createSampler({ seed: 4 });
    const counts = [0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[sample(Float32Array.of(Math.log(1), Math.log(2), Math.log(5)), i)]!++;
    // three standard deviations of a binomial share are below 0.011
    counts.forEach((count, i) => expect(Math.abs(count / 20_000 - [1, 2, 5][i]! / 8)).toBeLessThan(0.011));
  });
});
