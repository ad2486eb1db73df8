import { readFileSync } from 'node:fs';
import { decodeSafetensors } from '@ashlar/checkpoint';
import { generate } from '@ashlar/generation';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Gpt2, gpt2FromHuggingFace, gpt2ToHuggingFace } from './index.js';

// a model with random weights and its outputs, written by Python's transformers (tooling/reference/gpt2_logits.py)
const file = (name: string) => new URL(`../test/fixtures/${name}`, import.meta.url);
const json = <T>(name: string) => JSON.parse(readFileSync(file(name), 'utf8')) as T;
const expected = json<{
  parameters: number;
  batch: { inputIds: number[][]; logits: number[][][] };
  leftPadded: { inputIds: number[][]; attentionMask: number[][]; positionIds: number[][]; lastLogits: number[][] };
  greedy: { prompt: number[]; ids: number[] }[];
}>('gpt2-tiny.json');
const config = json<Record<string, unknown>>('gpt2-tiny/config.json');
const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(file('gpt2-tiny/model.safetensors'))));

const int32 = (rows: number[][]) => tf.tensor2d(rows, undefined, 'int32');
const difference = (logits: tf.Tensor, reference: number[][][]) =>
  tf.max(tf.abs(tf.sub(logits, tf.tensor3d(reference)))).dataSync()[0]!;

describe('a folder written by transformers', () => {
  let model: Gpt2;
  beforeAll(async () => {
    await useBackend(cpu());
    model = gpt2FromHuggingFace({ config, tensors });
  });

  it('gives the same logits', () => {
    tf.tidy(() => {
      const { inputIds, logits } = expected.batch;
      expect(difference(model.forward(int32(inputIds)), logits)).toBeLessThan(1e-5);
    });
  });

  it('gives the same logits for left-padded rows', () => {
    tf.tidy(() => {
      const { inputIds, attentionMask, positionIds, lastLogits } = expected.leftPadded;
      const last = lastLogits.map((row) => [row]);
      const keyMask = int32(attentionMask);
      const uncached = model.forward(int32(inputIds), { keyMask, positions: int32(positionIds), logitsToKeep: 1 });
      expect(difference(uncached, last)).toBeLessThan(1e-5);
      const leftPadding = attentionMask.map((row) => row.filter((bit) => bit === 0).length);
      const cache = model.createCache(inputIds.length, { leftPadding });
      expect(difference(model.forward(int32(inputIds), { cache, logitsToKeep: 1 }), last)).toBeLessThan(1e-5);
      cache.dispose();
    });
  });

  it.each(expected.greedy)('continues $prompt greedily as transformers does', async ({ prompt, ids }) => {
    const ours: number[] = [];
    for await (const { id } of generate(model, prompt, { temperature: 0, maxNewTokens: ids.length })) ours.push(id);
    expect(ours).toEqual(ids);
  });

  it('comes back unchanged', async () => {
    const written = await gpt2ToHuggingFace(model);
    for (const [name, tensor] of tensors) expect(written.tensors.get(name)).toEqual(tensor);
    expect(written.tensors.size).toBe(tensors.size);
    for (const name of [
      'model_type',
      'n_embd',
      'n_head',
      'n_layer',
      'n_positions',
      'vocab_size',
      'activation_function',
    ])
      expect(written.config[name]).toEqual(config[name]);
  });
});

describe('a model without biases', () => {
  const small = { vocabSize: 7, contextLength: 5, hiddenSize: 6, numLayers: 1, numHeads: 2, bias: false };

  it('is written with zero biases and read back without', async () => {
    using model = new Gpt2(small);
    const written = await gpt2ToHuggingFace(model);
    expect([...written.tensors.get('transformer.h.0.attn.c_attn.bias')!.data]).toEqual(Array<number>(18).fill(0));
    expect(written.tensors.has('transformer.wte.bias')).toBe(false);
    using copy = gpt2FromHuggingFace(written);
    tf.tidy(() => {
      const tokens = int32([[1, 2, 3]]);
      expect([...copy.forward(tokens).dataSync()]).toEqual([...model.forward(tokens).dataSync()]);
    });
  });
});

describe('what is not GPT-2', () => {
  it.each([
    [{ ...config, model_type: 'llama' }, 'model_type is "llama", expected "gpt2"'],
    [{ ...config, scale_attn_by_inverse_layer_idx: true }, 'scale_attn_by_inverse_layer_idx is not supported'],
    [{ ...config, scale_attn_weights: false }, 'unscaled attention is not supported'],
    [{ ...config, tie_word_embeddings: false }, 'an untied output head is not supported'],
    [{ ...config, n_embd: undefined }, 'n_embd is missing'],
    [{ ...config, n_layer: 3 }, /h\.2\.attn\.c_attn\.bias is missing; .*; 9 more$/],
  ])('gets one sentence', (wrong, sentence) => {
    const before = tf.memory().numTensors;
    expect(() => gpt2FromHuggingFace({ config: wrong, tensors })).toThrow(sentence);
    expect(tf.memory().numTensors).toBe(before);
  });
});
