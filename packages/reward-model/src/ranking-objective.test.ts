import { parameters } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import { evaluate, train } from '@ashlar/trainer';
import { Gpt2, Gpt2WithScore } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rankingBatch, rankingObjective, scoreSequences } from './index.js';

const config = { vocabSize: 9, contextLength: 8, hiddenSize: 16, numLayers: 1, numHeads: 2, initializerRange: 0.1 };
/** Four completions of unequal lengths: the more 3s, the better. */
const ranking = (prompt: number) => [[3, 3, 3], [3, 5, 3, 6], [2, 3], [4, 5, 2]].map((ids) => [prompt, ...ids]); // prettier-ignore
const batch = (prompts: number[]) => rankingBatch(prompts.map(ranking), { padTokenId: 8 });

beforeAll(() => useBackend(wasm()));
afterEach(() => expect(tf.memory().numTensors).toBe(0));

describe('rankingObjective', () => {
  it('counts each prompt once, all its pairs together', async () => {
    using model = new Gpt2WithScore(new Gpt2(config, { seed: 3 }), { seed: 4 });
    const { loss, weight, metrics } = (await evaluate(model, rankingObjective, [batch([1, 2])]))!;
    const rankings = await Promise.all([1, 2].map((prompt) => scoreSequences(model, ranking(prompt))));
    const leads = rankings.flatMap((scores) =>
      [...scores].flatMap((better, i) => [...scores.slice(i + 1)].map((worse) => better - worse)),
    );
    expect(weight).toBe(2);
    expect(leads).toHaveLength(12);
    expect(loss).toBeCloseTo(leads.reduce((sum, lead) => sum + Math.log1p(Math.exp(-lead)), 0) / 12, 5);
    expect(metrics['accuracy']).toBeCloseTo(leads.filter((lead) => lead > 0).length / 12, 6);
    expect(metrics['mean_reward']).toBeCloseTo(rankings.flatMap((s) => [...s]).reduce((a, b) => a + b) / 8, 5);
  });

  it('has no pair right where all scores are equal', async () => {
    using model = new Gpt2WithScore(new Gpt2(config), { std: 0 });
    const { loss, metrics } = (await evaluate(model, rankingObjective, [batch([1])]))!;
    expect(loss).toBeCloseTo(Math.LN2, 6);
    expect(metrics['accuracy']).toBe(0);
  });

  it('learns a ranking', async () => {
    using model = new Gpt2WithScore(new Gpt2(config, { seed: 2 }));
    const optimizer = new AdamW(parameters(model), { weightDecay: 0 });
    const plan = { model, optimizer, objective: rankingObjective, steps: 40, schedule: () => 5e-3 };
    for await (const event of train({ ...plan, batches: () => [batch([1, 2, 7])] })) void event;
    optimizer.dispose();
    const scores = await scoreSequences(model, ranking(5));
    expect([...scores]).toEqual([...scores].sort((a, b) => b - a));
  });

  it('refuses rankings that are no batch', () => {
    expect(() => rankingBatch([ranking(1), ranking(2).slice(1)], { padTokenId: 8 })).toThrow(
      'the same number of completions from 2 on, not 4,3',
    );
    expect(() => rankingBatch([[[1]]], { padTokenId: 8 })).toThrow('from 2 on, not 1');
  });
});
