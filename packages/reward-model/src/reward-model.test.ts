import { PreferenceDataset, type PreferenceExample } from '@ashlar/data';
import { parameters } from '@ashlar/nn';
import { RandomStream, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import { evaluate, train } from '@ashlar/trainer';
import { Gpt2, Gpt2WithScore } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { normalizeRewards, pairBatch, rewardFunction, rewardObjective, scoreSequences, scoresAt } from './index.js';

const config = { vocabSize: 9, contextLength: 12, hiddenSize: 16, numLayers: 2, numHeads: 2, initializerRange: 0.1 };
const [liked, padTokenId] = [3, 8];
const count = (ids: Int32Array) => ids.filter((id) => id === liked).length;

/** Pairs of rows of unequal lengths, of which the one with more of the liked token is chosen. */
function pairs(n: number, seed: number): PreferenceExample[] {
  const stream = new RandomStream(seed, 'pairs');
  let drawn = 0;
  const below = (end: number) => Math.floor(stream.uniform(drawn++) * end);
  const row = () => Int32Array.from([1, 2, ...Array.from({ length: 1 + below(9) }, () => below(8))]);
  const found: PreferenceExample[] = [];
  while (found.length < n) {
    const [a, b] = [row(), row()];
    if (count(a) !== count(b))
      found.push({
        promptLength: 2,
        margin: 0,
        ...(count(a) > count(b) ? { chosen: a, rejected: b } : { chosen: b, rejected: a }),
      });
  }
  return found;
}

const batches = (examples: PreferenceExample[]) =>
  [...new PreferenceDataset(examples, { padTokenId }).evaluationBatches(16)].map(pairBatch);

beforeAll(() => useBackend(wasm()));
afterEach(() => expect(tf.memory().numTensors).toBe(0));

describe('a reward model', () => {
  it('begins at ln 2, with no pair right where all scores are equal', async () => {
    using model = new Gpt2WithScore(new Gpt2(config), { std: 0 });
    const { loss, weight, metrics } = (await evaluate(model, rewardObjective(), batches(pairs(40, 1))))!;
    expect(loss).toBeCloseTo(Math.LN2, 6);
    expect(weight).toBe(40);
    expect(metrics).toEqual({ accuracy: 0, margin: 0, min_reward: 0, mean_reward: 0, max_reward: 0 });
  });

  it('learns what is preferred', async () => {
    using model = new Gpt2WithScore(new Gpt2(config, { seed: 2 }));
    const optimizer = new AdamW(parameters(model), { weightDecay: 0 });
    const data = new PreferenceDataset(pairs(400, 2), { padTokenId });
    const training = train({
      model,
      objective: rewardObjective({ centerCoefficient: 0.01 }),
      optimizer,
      steps: 60,
      schedule: () => 3e-3,
      batches: (step) => [pairBatch(data.batch(step, 32, 7))],
    });
    for await (const _ of training);
    optimizer.dispose();
    const { loss, metrics } = (await evaluate(model, rewardObjective(), batches(pairs(200, 3))))!;
    expect(metrics['accuracy']).toBeGreaterThan(0.93);
    expect(loss).toBeLessThan(0.3);
    expect(metrics['margin']).toBeGreaterThan(1);
    expect(metrics['max_reward']).toBeGreaterThan(metrics['mean_reward']!);
  });

  it('scores a row alike with any padding, on either side, and in any company', async () => {
    using model = new Gpt2WithScore(new Gpt2(config, { seed: 4 }));
    const rows = pairs(7, 5).map(({ chosen }) => chosen);
    const together = await scoreSequences(model, rows);
    for (const [i, row] of rows.entries()) {
      const [alone] = await scoreSequences(model, [row]);
      const left = tf.tidy(() => {
        const padding = 12 - row.length;
        const ids = tf.tensor2d([...new Array<number>(padding).fill(padTokenId), ...row], [1, 12], 'int32');
        const keyMask = tf.tensor2d(
          Array.from({ length: 12 }, (_, k) => Number(k >= padding)),
          [1, 12],
          'int32',
        );
        const positions = tf.tensor2d(
          Array.from({ length: 12 }, (_, k) => Math.max(0, k - padding)),
          [1, 12],
          'int32',
        );
        return scoresAt(model.forward(ids, { keyMask, positions }), tf.tensor1d([11], 'int32')).dataSync()[0];
      });
      expect(alone).toBeCloseTo(together[i]!, 5);
      expect(left).toBeCloseTo(together[i]!, 5);
    }
    const inParts = await scoreSequences(model, rows, { batchSize: 3 });
    inParts.forEach((score, i) => expect(score).toBeCloseTo(together[i]!, 5));
  });

  it('is a reward function on a scale on which what it was given has mean 0 and deviation 1', async () => {
    using model = new Gpt2WithScore(new Gpt2(config, { seed: 4 }));
    const samples = pairs(30, 6).map(({ chosen }) => ({
      prompt: [...chosen.slice(0, 2)],
      completion: [...chosen.slice(2)],
    }));
    const scale = normalizeRewards(await rewardFunction(model)(samples));
    const rewards = await rewardFunction(model, { scale })(samples);
    const mean = rewards.reduce((sum, reward) => sum + reward, 0) / 30;
    expect(mean).toBeCloseTo(0, 6);
    expect(rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / 29).toBeCloseTo(1, 6);
    expect(() => normalizeRewards([2, 2])).toThrow('2 scores of variance 0 have no scale');
  });

  it('refuses rows that it cannot score', async () => {
    using model = new Gpt2WithScore(new Gpt2(config));
    await expect(scoreSequences(model, [[1], []])).rejects.toThrow('sequence 1 has 0 tokens, not 1 to 12');
    await expect(scoreSequences(model, [new Array<number>(13).fill(1)])).rejects.toThrow('sequence 0 has 13 tokens');
  });
});
