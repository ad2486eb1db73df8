import type { JsonObject } from '@ashlar/checkpoint';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { peakMemory } from '@ashlar/ops/testing';
import { wasm } from '@ashlar/ops/wasm';
import { byteTokenizer } from '@ashlar/tokenizer';
import { Gpt2, Gpt2WithScore } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  addChatTokens,
  align,
  chatPrompt,
  lora,
  mergeAdapter,
  pretrain,
  pretrainConfig,
  pretrainingMemory,
  recipeConfig,
  sft,
  trainReward,
  type ChatModel,
  type PretrainChanges,
} from '../index.js';
import { adaptedModel } from './lora.js';
import { checkMemory, type MemorySettings } from './memory.js';
import { bytesOf } from './memory-limit.js';
import { checkPpoMemory, ppoMemory, type PpoMemorySettings } from './ppo-memory.js';
import { rewardMemory } from './reward-memory.js';
import { tuningMemory } from './tuning-memory.js';

beforeAll(() => useBackend(wasm()));

const text = 'the slithy toves did gyre and gimble in the wabe. '.repeat(40);
const refusal = async (changes: PretrainChanges) => {
  try {
    for await (const { type } of pretrain({ text, config: pretrainConfig('nano', changes) })) return type;
  } catch (error) {
    return (error as Error).message;
  }
};
/** Whether pretraining begins with these settings. */
const begins = async (changes: PretrainChanges) => (await refusal(changes)) === 'tokenizer-start';

describe('pretraining that does not fit', () => {
  const large = { model: { hiddenSize: 768, numHeads: 12, numLayers: 12, contextLength: 1024 } };

  it.each([8, 64])(
    'is refused before any work, with settings of which each is enough: batchSize %i',
    async (batchSize) => {
      const before = tf.memory();
      const training = { batchSize, evaluationBatchSize: 1 };
      const sentence = (await refusal({ ...large, training }))!;
      expect(sentence).toMatch(/^pretrain: a step takes [\d.]+ GiB and wasm can hold [34]\.\d\d GiB; what fits: /);
      const [, rows] = /batchSize (\d+)/.exec(sentence)!;
      expect(await begins({ ...large, training: { ...training, batchSize: Number(rows) } })).toBe(true);
      expect(await begins({ ...large, training: { ...training, batchSize: Number(rows) + 1 } })).toBe(false);
      const [, parts] = /accumulation (\d+)/.exec(sentence)!;
      expect(await begins({ ...large, training: { ...training, accumulation: Number(parts) } })).toBe(true);
      const checkpointed = await begins({ ...large, training: { ...training, gradientCheckpointing: true } });
      expect(sentence.includes('gradientCheckpointing')).toBe(checkpointed);
      expect(tf.memory()).toEqual(before);
    },
  );

  it('names the evaluation where only that is too large', async () => {
    const training = { batchSize: 1, evaluationBatchSize: 500 };
    const sentence = (await refusal({ ...large, training }))!;
    expect(sentence).toMatch(
      /^pretrain: an evaluation takes .*; what fits: evaluationBatchSize \d+ \(settings of training\)$/,
    );
    const [, rows] = /evaluationBatchSize (\d+)/.exec(sentence)!;
    expect(await begins({ ...large, training: { ...training, evaluationBatchSize: Number(rows) } })).toBe(true);
  });

  it('says so where the model alone is too large', async () => {
    const model = { hiddenSize: 4096, numHeads: 32, numLayers: 6, contextLength: 64 };
    expect(await refusal({ model })).toMatch(/can hold [34]\.\d\d GiB; no setting of it fits$/);
  });

  it('is told of a shorter context where nothing else is enough', () => {
    const settings: MemorySettings = {
      batchSize: 4,
      accumulation: 1,
      evaluationBatchSize: 1,
      gradientCheckpointing: false,
      contextLength: 100,
    };
    const memory = ({ contextLength }: MemorySettings) => ({ peak: contextLength * 2 ** 26 });
    expect(() => checkMemory('sft', settings, memory)).toThrow('a context of 63 with batchSize 1');
    expect(() => checkMemory('sft', settings, memory, -(2 ** 31))).toThrow('a context of 31 with');
  });
});

describe('fine-tuning and reward models that do not fit', () => {
  const small = { vocabSize: 256, contextLength: 96, hiddenSize: 16, numLayers: 2, numHeads: 2 };
  const chatModel = () => addChatTokens(new Gpt2(small), byteTokenizer(), 0);
  const training = { batchSize: 1_000_000, evaluationBatchSize: 1 };
  const rows = ['a', 'b', 'c'].map((prompt) => ({ prompt, completion: ' yes', chosen: ' yes', rejected: ' no' }));
  const stages = {
    sft: (chat: ChatModel, training: JsonObject) =>
      sft({ chat, rows, config: recipeConfig('usual', { sft: { training } }).sft }),
    lora: (chat: ChatModel, training: JsonObject) =>
      lora({ chat, rows, config: recipeConfig('usual', { lora: { training } }).lora }),
    reward: (chat: ChatModel, training: JsonObject) =>
      trainReward({ chat, rows, config: recipeConfig('usual', { reward: { training } }).reward }),
  };

  it.each(['sft', 'lora', 'reward'] as const)('%s is refused, and what is named begins', async (stage) => {
    const chat = await chatModel();
    try {
      const message = async (changes: JsonObject) => {
        try {
          for await (const { type } of stages[stage](chat, { ...training, ...changes }))
            if (type === 'start') return type;
        } catch (error) {
          return (error as Error).message;
        }
      };
      const sentence = (await message({}))!;
      expect(sentence).toMatch(
        new RegExp(`^${stage}: a step takes [\\d.]+ GiB and wasm can hold .* what fits: batchSize`),
      );
      expect(sentence.includes('accumulation')).toBe(stage !== 'reward');
      const [, batchSize] = /batchSize (\d+)/.exec(sentence)!;
      if (stage === 'lora') mergeAdapter(chat.model);
      expect(await message({ batchSize: Number(batchSize) + 1 })).toMatch('what fits');
      if (stage === 'lora') mergeAdapter(chat.model);
      expect(await message({ batchSize: Number(batchSize) })).toBe('start');
    } finally {
      chat.model.dispose();
    }
  });
});

describe('the stages after pretraining', () => {
  const sizes = { vocabSize: 256, contextLength: 96, hiddenSize: 32, numLayers: 2, numHeads: 2 };
  const training = { steps: 2, batchSize: 6, evaluateEvery: 2, evaluationBatchSize: 6, warmupSteps: 1 };
  const rows = Array.from({ length: 40 }, (_, i) => {
    const prompt = `where was number ${i}?`;
    return { prompt, completion: ' in the park', chosen: ' in the park', rejected: ' I do not know' };
  });
  const run = { sft, lora, reward: trainReward } as Record<string, (options: object) => AsyncIterable<unknown>>;

  it.each(['sft', 'lora', 'reward'] as const)('%s: the estimate is within 15 % of the measured peak', async (stage) => {
    const config = recipeConfig('usual', { [stage]: { training } } as JsonObject);
    let [estimated, beside] = [0, 0];
    const measured = await peakMemory(async () => {
      const chat = await addChatTokens(new Gpt2(sizes), byteTokenizer(), 0);
      const { config: model } = chat.model;
      const prompts = rows.map(({ prompt, rejected }) => chatPrompt(chat, prompt).length + rejected.length + 1);
      const settings = { ...config[stage].training, contextLength: Math.max(...prompts) };
      if (stage === 'reward') {
        estimated = rewardMemory({ model, config: config.reward }, settings).peak;
        beside = bytesOf(chat.model);
      } else {
        const alike = () => (stage === 'lora' ? adaptedModel(model, config.lora) : new Gpt2(model));
        estimated = tuningMemory({ alike, config: config[stage] }, settings).peak;
      }
      for await (const _ of run[stage]!({ chat, rows, config: config[stage] }));
      chat.model.dispose();
    });
    expect(Math.abs((estimated + beside) / measured - 1)).toBeLessThan(0.15);
  });
});

describe('ppo that does not fit', () => {
  const sizes = { vocabSize: 256, contextLength: 96, hiddenSize: 32, numLayers: 2, numHeads: 2 };
  const ppo = { iterations: 1, batchSize: 8, minibatchSize: 8, epochs: 1, maxNewTokens: 20, scaleQuestions: 8 };
  const questions = Array.from({ length: 8 }, (_, i) => `where was number ${i}?`);

  it.each([null, 4])('with adapters of rank %s: the estimate is within 15 % of the measured peak', async (rank) => {
    const { ppo: config } = recipeConfig('usual', { ppo: { ...ppo, adapterRank: rank } });
    let estimated = 0;
    const measured = await peakMemory(async () => {
      const chat = await addChatTokens(new Gpt2(sizes, { seed: 1 }), byteTokenizer(), 0);
      using reward = Gpt2WithScore.fromGpt2(chat.model);
      const promptTokens = Math.max(...questions.map((question) => chatPrompt(chat, question).length));
      const { config: policy } = chat.model;
      estimated = ppoMemory({ policy, judge: reward.config, promptTokens }, config).peak;
      for await (const _ of align({ chat, reward, config, questions }));
      chat.model.dispose();
    });
    expect(Math.abs(estimated / measured - 1)).toBeLessThan(0.15);
  });

  const settings = { batchSize: 64, minibatchSize: 64, maxNewTokens: 8, adapterRank: null };
  const wide = { vocabSize: 256, contextLength: 1024, hiddenSize: 256, numLayers: 12, numHeads: 8 };
  const large = { policy: wide, judge: wide, promptTokens: 900 };
  const said = (changes: Partial<PpoMemorySettings>) => {
    try {
      checkPpoMemory(large, { ...settings, ...changes });
      return 'fits';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('is refused with the largest minibatch that fits', () => {
    const sentence = said({});
    expect(sentence).toMatch(
      /^ppo: an iteration takes [\d.]+ GiB and wasm can hold [34]\.\d\d GiB; what fits: minibatch/,
    );
    const part = Number(/minibatchSize (\d+)/.exec(sentence)![1]);
    expect(said({ minibatchSize: part })).toBe('fits');
    expect(said({ minibatchSize: 2 * part })).not.toBe('fits');
  });

  it('is refused with a size that no machine could count in an array', () => {
    const policy = { ...wide, hiddenSize: 1600, numLayers: 2, numHeads: 25 };
    const { peak } = ppoMemory({ policy, judge: null, promptTokens: 900 }, { ...settings, batchSize: 1024 });
    expect(peak).toBeGreaterThan(2 ** 35);
  });

  it('is refused with the largest batch where sampling takes most', () => {
    const sentence = said({ batchSize: 256, minibatchSize: 1 });
    const rows = Number(/batchSize (\d+) with minibatchSize 1 \(settings of ppo\)$/.exec(sentence)![1]);
    expect(said({ batchSize: rows, minibatchSize: 1 })).toBe('fits');
    expect(said({ batchSize: rows + 1, minibatchSize: 1 })).not.toBe('fits');
  });
});

it('an estimate has its parts, and checkpointing lowers it', () => {
  const { model, training } = pretrainConfig('nanogpt-cpu');
  const { intermediateSize: _, ...sizes } = model;
  const config = { ...sizes, vocabSize: 65 };
  const plain = pretrainingMemory(config, { ...training, evaluationBatchSize: 12 });
  const less = pretrainingMemory(config, { ...training, evaluationBatchSize: 12, gradientCheckpointing: true });
  expect(plain.parameters).toBe(4 * 804_096);
  expect(plain.optimizer).toBe(8 * 804_096);
  expect(less.activations).toBeLessThan(plain.activations / 2);
});

it('where no limit is known nothing is refused', async () => {
  await useBackend(cpu());
  const never = () => ({ peak: Infinity });
  const settings = { batchSize: 1, accumulation: 1, evaluationBatchSize: 1, gradientCheckpointing: false };
  expect(() => checkMemory('sft', { ...settings, contextLength: 8 }, never)).not.toThrow();
});
