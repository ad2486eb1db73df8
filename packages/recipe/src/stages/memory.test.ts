import type { JsonObject } from '@ashlar/checkpoint';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { wasm } from '@ashlar/ops/wasm';
import { byteTokenizer } from '@ashlar/tokenizer';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  addChatTokens,
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
import { checkMemory, type MemorySettings } from './memory.js';

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
    expect(sentence).toMatch(/^pretrain: an evaluation takes .*; what fits: evaluationBatchSize \d+$/);
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
