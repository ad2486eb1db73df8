import { numParameters, stateDict } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { copyGpt2, Gpt2, Gpt2WithScore, gpt2WithScoreFromHuggingFace, gpt2WithScoreToHuggingFace } from './index.js';

const config = { vocabSize: 11, contextLength: 8, hiddenSize: 12, numLayers: 2, numHeads: 3 };
const tokens = () => tf.tensor2d([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]], [2, 5], 'int32'); // prettier-ignore
const values = (make: () => tf.Tensor) => tf.tidy(() => Array.from(make().dataSync()));

beforeAll(() => useBackend(wasm()));
afterEach(() => expect(tf.memory().numTensors).toBe(0));

describe('Gpt2WithScore', () => {
  it('gives the head times the last hidden state at each position', () => {
    using model = new Gpt2WithScore(new Gpt2(config, { seed: 3 }), { seed: 4 });
    const scores = values(() => model.forward(tokens()));
    const expected = values(() =>
      tf.matMul(
        tf.reshape(model.transformer.hidden(tokens()), [10, 12]),
        stateDict(model).get('score.weight')!,
        false,
        true,
      ),
    );
    expect(scores).toHaveLength(10);
    scores.forEach((score, i) => expect(score).toBeCloseTo(expected[i]!, 6));
    expect(new Set(scores).size).toBe(10);
    const last = values(() => model.forward(tokens(), { logitsToKeep: 1 }));
    last.forEach((score, row) => expect(score).toBeCloseTo(scores[4 + 5 * row]!, 6));
  });

  it('starts from the weights of a model and leaves it as it is', () => {
    using base = new Gpt2(config, { seed: 3 });
    const before = values(() => base.forward(tokens()));
    using model = Gpt2WithScore.fromGpt2(base, { std: 0 });
    expect(numParameters(model)).toBe(numParameters(base) + 12);
    expect(values(() => model.transformer.forward(tokens()))).toEqual(before);
    expect(values(() => model.forward(tokens()))).toEqual(new Array(10).fill(0));
    tf.tidy(() =>
      stateDict(model)
        .get('transformer.wte.weight')!
        .assign(tf.zeros([11, 12])),
    );
    expect(values(() => base.forward(tokens()))).toEqual(before);
  });

  it('draws the head as OpenAI did, by its seed', () => {
    const wide = { ...config, hiddenSize: 120 };
    const head = (seed: number) => {
      using model = new Gpt2WithScore(new Gpt2(wide), { seed });
      return values(() => stateDict(model).get('score.weight')!);
    };
    expect(head(1)).toEqual(head(1));
    expect(head(1)).not.toEqual(head(2));
    const std = Math.sqrt(head(1).reduce((sum, w) => sum + w * w, 0) / 120);
    expect(std * Math.sqrt(121)).toBeGreaterThan(0.8);
    expect(std * Math.sqrt(121)).toBeLessThan(1.2);
  });

  it('comes back from its Hugging Face form with the same scores', async () => {
    using model = new Gpt2WithScore(new Gpt2({ ...config, bias: false }, { seed: 3 }));
    const form = await gpt2WithScoreToHuggingFace(model, { padTokenId: 0 });
    expect(form.config).toMatchObject({ architectures: ['GPT2ForSequenceClassification'], pad_token_id: 0 });
    using back = gpt2WithScoreFromHuggingFace(form);
    expect(values(() => back.forward(tokens()))).toEqual(values(() => model.forward(tokens())));
    form.tensors.delete('score.weight');
    expect(() => gpt2WithScoreFromHuggingFace(form)).toThrow('score.weight is missing: the folder holds no model');
  });
});

it('copyGpt2 shares nothing with its source', () => {
  using base = new Gpt2(config, { seed: 3 });
  using copy = copyGpt2(base);
  tf.tidy(() =>
    stateDict(base)
      .get('wte.weight')!
      .assign(tf.zeros([11, 12])),
  );
  expect(values(() => copy.forward(tokens()))).not.toEqual(values(() => base.forward(tokens())));
});
