import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { wasm } from '@ashlar/ops/wasm';
import { generate, rollout } from '@ashlar/generation';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { Gpt2 } from '../src/index.js';

const config = { vocabSize: 7, contextLength: 24, hiddenSize: 16, numLayers: 2, numHeads: 2, initializerRange: 0.3 };
const prompts = [[1], [2, 3, 4, 5], [3, 3], [4, 2, 1, 2, 4, 1], [5, 1, 2]];
const special = { eosTokenId: 6, padTokenId: 0 };
const model = () => new Gpt2(config, { seed: 5 });

afterEach(() => expect(tf.memory().numTensors).toBe(0));

describe.each([cpu(), wasm()])('rollout on $name', (backend) => {
  it('writes, without chance, what generate writes to each prompt alone', async () => {
    await useBackend(backend);
    using lm = model();
    const { responses, logProbs, ended } = await rollout(lm, prompts, { maxNewTokens: 12, temperature: 0, ...special });
    for (const [row, prompt] of prompts.entries()) {
      const alone = [];
      for await (const token of generate(lm, prompt, { maxNewTokens: 12, temperature: 0, eosTokenId: 6 }))
        alone.push(token);
      expect(responses[row]).toEqual(alone.map(({ id }) => id));
      alone.forEach(({ logProb }, i) => expect(logProbs[row]![i]).toBeCloseTo(logProb, 5));
      expect(ended[row]).toBe(alone.at(-1)!.id === 6);
    }
  });

  it('draws each row by its number: parts of a batch write what the whole wrote', async () => {
    await useBackend(backend);
    using lm = model();
    const options = { maxNewTokens: 14, temperature: 1.3, seed: 9, step: 2, ...special };
    const whole = await rollout(lm, prompts, options);
    expect(new Set(whole.responses.map(({ length }) => length)).size).toBeGreaterThan(1);
    expect(whole.ended).toContain(true);
    for (const [row, prompt] of prompts.entries()) {
      const alone = await rollout(lm, [prompt], { ...options, firstRow: row });
      expect(alone.responses).toEqual([whole.responses[row]]);
      expect(alone.ended).toEqual([whole.ended[row]]);
    }
    const another = await rollout(lm, prompts, { ...options, step: 3 });
    expect(another.responses).not.toEqual(whole.responses);
  });

  it('samples tokens as often as the model says', async () => {
    await useBackend(backend);
    using lm = model();
    const many = Array.from({ length: 600 }, () => [2, 3]);
    const { responses, logProbs } = await rollout(lm, many, { maxNewTokens: 1, temperature: 2, seed: 1, ...special });
    const probabilities = tf.tidy(() =>
      Array.from(
        tf
          .softmax(tf.div(tf.reshape(lm.forward(tf.tensor2d([[2, 3]], [1, 2], 'int32'), { logitsToKeep: 1 }), [7]), 2))
          .dataSync(),
      ),
    );
    for (const [id, p] of probabilities.entries()) {
      const share = responses.filter(([first]) => first === id).length / many.length;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / many.length));
    }
    responses.forEach(([id], row) => expect(Math.exp(logProbs[row]![0]!)).toBeCloseTo(probabilities[id!]!, 5));
  });
});

describe('rollout refuses', () => {
  it('what does not fit, in one sentence', async () => {
    await useBackend(wasm());
    using lm = model();
    await expect(rollout(lm, prompts, { maxNewTokens: 19, ...special })).rejects.toThrow(
      'rollout: a prompt of 6 tokens and 19 new ones do not fit into a context of 24',
    );
    await expect(rollout(lm, [[1], []], { maxNewTokens: 2, ...special })).rejects.toThrow(
      'rollout: the prompt is empty',
    );
    await expect(rollout(lm, [[7]], { maxNewTokens: 2, ...special })).rejects.toThrow('rollout: token id 7 is outside');
  });

  it('to go on once it is aborted', async () => {
    await useBackend(wasm());
    using lm = model();
    const { responses } = await rollout(lm, prompts, { maxNewTokens: 9, ...special, signal: AbortSignal.abort() });
    expect(responses).toEqual([[], [], [], [], []]);
  });
});
