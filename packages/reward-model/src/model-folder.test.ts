import { loadHuggingFace, memoryStore, saveHuggingFace } from '@ashlar/checkpoint';
import { applyLora, loraParameters, mergeLora, removeLora } from '@ashlar/lora';
import { parameters } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import { train } from '@ashlar/trainer';
import { Gpt2, Gpt2WithScore, gpt2WithScoreToHuggingFace } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  rankingBatch,
  rankingObjective,
  rewardFunction,
  rewardModelFromHuggingFace,
  rewardModelToHuggingFace,
  scoreSequences,
} from './index.js';

const config = { vocabSize: 9, contextLength: 8, hiddenSize: 16, numLayers: 2, numHeads: 2 };
const rows = [[1, 3, 3], [2, 5, 1, 6, 7], [4]]; // prettier-ignore
const samples = rows.map(([first, ...completion]) => ({ prompt: [first!], completion }));

beforeAll(() => useBackend(wasm()));
afterEach(() => expect(tf.memory().numTensors).toBe(0));

describe('the folder of a reward model', () => {
  it('keeps its scale: what is loaded rewards as what was saved', async () => {
    using model = new Gpt2WithScore(new Gpt2(config, { seed: 1 }), { seed: 2 });
    const scale = { gain: 2.5, bias: -0.75 };
    const store = memoryStore();
    await saveHuggingFace(store, 'reward', await rewardModelToHuggingFace(model, { padTokenId: 8, scale }));
    const loaded = rewardModelFromHuggingFace(await loadHuggingFace(store, 'reward', { tokenizer: 'optional' }));
    expect(loaded.scale).toEqual(scale);
    expect(loaded.padTokenId).toBe(8);
    expect(await rewardFunction(loaded.model, { scale: loaded.scale })(samples)).toEqual(
      await rewardFunction(model, { scale })(samples),
    );
    loaded.model.dispose();
  });

  it('may come without a scale, and is refused with one that is none', async () => {
    using model = new Gpt2WithScore(new Gpt2(config));
    const folder = await gpt2WithScoreToHuggingFace(model, { padTokenId: 8 });
    const loaded = rewardModelFromHuggingFace(folder);
    expect(loaded.scale).toEqual({ gain: 1, bias: 0 });
    loaded.model.dispose();
    const broken = { ...folder, config: { ...folder.config, ashlar_reward_scale: { gain: 'much' } } };
    expect(() => rewardModelFromHuggingFace(broken)).toThrow(
      'config.json: ashlar_reward_scale is {"gain":"much"}, not a gain and a bias',
    );
  });

  it('has the head that was trained beside adapters', async () => {
    using model = new Gpt2WithScore(new Gpt2(config, { seed: 1 }), { seed: 2 });
    const before = await scoreSequences(model, rows);
    applyLora(model, { rank: 2, modulesToSave: ['score'] });
    const optimizer = new AdamW(loraParameters(model), { weightDecay: 0 });
    expect([...parameters(model).keys()].some((path) => path.startsWith('score'))).toBe(true);
    const batches = () => [rankingBatch([rows], { padTokenId: 8 })];
    const plan = { model, objective: rankingObjective, optimizer, steps: 5, schedule: () => 1e-2, batches };
    for await (const event of train(plan)) void event;
    optimizer.dispose();
    const trained = await scoreSequences(model, rows);
    mergeLora(model);
    removeLora(model);
    const loaded = rewardModelFromHuggingFace(await rewardModelToHuggingFace(model, { padTokenId: 8 }));
    const reloaded = await scoreSequences(loaded.model, rows);
    loaded.model.dispose();
    reloaded.forEach((score, i) => {
      expect(score).toBeCloseTo(trained[i]!, 5);
      expect(Math.abs(score - before[i]!)).toBeGreaterThan(1e-3);
    });
  });

  it('may be read by another tokenizer than the policy has', async () => {
    using model = new Gpt2WithScore(new Gpt2(config, { seed: 1 }));
    const texts = ['abc', 'b'].map((completionText) => ({ prompt: [0], completion: [1], completionText }));
    const encode = ({ completionText = '' }) => [...completionText].map((letter) => letter.charCodeAt(0) - 97);
    expect(await rewardFunction(model, { encode })(texts)).toEqual([
      ...(await scoreSequences(model, [[0, 1, 2], [1]])),
    ]);
  });
});
