import { memoryStore, type FileStore } from '@ashlar/checkpoint';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { byteTokenizer } from '@ashlar/tokenizer';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  completeText,
  evaluateModel,
  generateText,
  loadModel,
  pretrain,
  pretrainConfig,
  type PretrainEvent,
  type PretrainOptions,
} from '../index.js';

const text = 'the cat sat on the mat. the dog sat on the cat. '.repeat(40);
const config = pretrainConfig('nano', { training: { steps: 60, evaluateEvery: 30 }, samples: { maxNewTokens: 20 } });
const store = memoryStore();
let events: PretrainEvent[];

async function collect(options: Partial<PretrainOptions>): Promise<PretrainEvent[]> {
  const found: PretrainEvent[] = [];
  for await (const event of pretrain({ text, config, ...options })) found.push(event);
  return found;
}

const ofType = <T extends PretrainEvent['type']>(type: T, among = events) =>
  among.filter((event): event is Extract<PretrainEvent, { type: T }> => event.type === type);

beforeAll(async () => {
  await useBackend(wasm());
  events = await collect({ store });
});
afterAll(() => expect(tf.memory().numTensors).toBe(0));

describe('pretrain', () => {
  it('goes from text to tokens to a model that learns', () => {
    const order = events.map(({ type }) => type).filter((type) => type !== 'step');
    const evaluated = ['evaluation', 'sample'];
    expect(order).toEqual([
      ...['tokenizer-start', 'tokenizer', 'tokens', 'model', 'start', ...evaluated],
      ...['checkpoint', ...evaluated, 'checkpoint', ...evaluated, 'done'],
    ]);
    expect(ofType('tokens')[0]).toMatchObject({ characters: text.length, training: 1728, heldOut: 192 });
    const [first, , last] = ofType('evaluation').map(({ loss }) => loss);
    expect(first).toBeCloseTo(Math.log(ofType('tokenizer')[0]!.vocabSize), 0);
    expect(last).toBeLessThan(0.6 * first!);
  });

  it('shows what it writes as it learns, the same each time', async () => {
    const samples = ofType('sample').map((event) => event.samples[0]!);
    expect(samples).toHaveLength(3);
    for (const sample of samples) expect(sample.text).toHaveLength(20);
    expect(ofType('sample', await collect({})).map((event) => event.samples[0]!)).toEqual(samples);
  });

  it('takes a tokenizer that is given, and knows it again', async () => {
    const run = memoryStore();
    const short = pretrainConfig('nano', { training: { steps: 1 }, samples: { maxNewTokens: 0 } });
    const bytes = await collect({ store: run, config: short, tokenizer: byteTokenizer() });
    expect(ofType('model', bytes)[0]!.config.vocabSize).toBe(256);
    expect(ofType('sample', bytes)).toEqual([]);
    await expect(collect({ store: run, config: short, existing: 'resume' })).rejects.toThrow(
      'another config and cannot be resumed: tokenizer.kind is "given" there and "characters" here',
    );
  });

  it('learns its byte pairs from the training part alone', async () => {
    const short = pretrainConfig('nano', {
      tokenizer: { kind: 'bpe', vocabSize: 270 },
      training: { steps: 1 },
      samples: { maxNewTokens: 0 },
    });
    const unseen = `${' ab'.repeat(600)}${' zq'.repeat(66)}`;
    const { tokenizer } = ofType('tokenizer', await collect({ text: unseen, config: short }))[0]!;
    expect(tokenizer.encode(' ab ab').length).toBeLessThan(4);
    expect(tokenizer.encode(' zq zq')).toHaveLength(6);
  });

  it('with gradient checkpointing trains the same model, resumed too', async () => {
    const settings = (gradientCheckpointing: boolean) =>
      pretrainConfig('nano', {
        model: { dropout: 0.2 },
        training: { steps: 6, evaluateEvery: 3, accumulation: 2, gradientCheckpointing },
        samples: { maxNewTokens: 5 },
      });
    const trained = async (config: PretrainOptions['config'], stopAt?: number) => {
      const store = memoryStore();
      const controller = new AbortController();
      for await (const event of pretrain({ text, config, store, signal: controller.signal }))
        if (event.type === 'step' && event.step === stopAt) controller.abort();
      if (stopAt) await collect({ store, config, existing: 'resume' });
      const paths = ['model/model.safetensors', 'metrics.jsonl', 'checkpoints/state-6/optimizer.safetensors'];
      return Promise.all(paths.map(async (path) => Buffer.from((await store.read(path))!).toString('base64')));
    };
    const plain = await trained(settings(false));
    expect(await trained(settings(true))).toEqual(plain);
    expect(await trained(settings(true), 2)).toEqual(plain);
  });

  it('refuses to resume with another text', async () => {
    await expect(collect({ store, text: `${text}!`, existing: 'resume' })).rejects.toThrow(
      /text.characters is 1920 there and 1921 here/,
    );
  });

  it.each([
    ['', 'the text is empty'],
    ['too short', 'the training text has 8 tokens, too few for a context of 16, which needs 17'],
    ['above the context!', 'the held-out text has 1 tokens, too few: it needs two'],
  ])('refuses the text %j and leaves no run behind', async (wrong, message) => {
    const empty = memoryStore();
    await expect(collect({ text: wrong, store: empty, config: { ...config, heldOut: 0.05 } })).rejects.toThrow(message);
    expect(await empty.list()).toEqual([]);
  });
});

describe('a model folder', () => {
  it('of a run generates the same text from the same seed', async () => {
    const { model, tokenizer } = await loadModel(store);
    const write = (seed: number) => completeText({ model, tokenizer, prompt: 'the ', maxNewTokens: 30, seed });
    expect(await write(1)).toBe(await write(1));
    expect(await write(1)).not.toBe(await write(2));
    const probabilities = [];
    for await (const { logProb } of generateText({ model, tokenizer, prompt: 'the', temperature: 0, maxNewTokens: 5 }))
      probabilities.push(logProb);
    expect(probabilities).toHaveLength(5);
    expect(Math.max(...probabilities)).toBeLessThan(0);
    await expect(completeText({ model, tokenizer, prompt: 'É' })).rejects.toThrow(
      'the model\'s tokenizer has no token for "É" (U+00C9)',
    );
    model.dispose();
  });

  it('is evaluated to the loss that training reported', async () => {
    const { model, tokenizer } = await loadModel(store);
    const done = ofType('done')[0]!.evaluation!;
    const progress: number[] = [];
    const onProgress = (batches: number, total: number) => void progress.push(batches / total);
    const result = (await evaluateModel({ model, tokenizer, text: text.slice(1728), onProgress }))!;
    expect(result.loss).toBeCloseTo(done.loss, 6);
    expect(result.bitsPerByte).toBeCloseTo(done.bitsPerByte!, 6);
    expect(result.bitsPerByte).toBeCloseTo(result.loss / Math.LN2, 9); // each token is a byte
    expect(result.tokens).toBe(191);
    expect(progress.at(-1)).toBe(1);
    await expect(evaluateModel({ model, tokenizer, text: 't' })).rejects.toThrow('the text has 1 tokens, too few');
    model.dispose();
  });

  it("without a tokenizer, or with another model's, is refused", async () => {
    const copy = async (into: FileStore) => {
      for (const file of await store.list('model')) await into.write(file, (await store.read(file))!);
      return into;
    };
    const without = await copy(memoryStore());
    await without.remove('model/tokenizer.json');
    await expect(loadModel(without)).rejects.toThrow('has a model but no tokenizer: tokenizer.json is missing');
    const other = await copy(memoryStore());
    await other.write('model/tokenizer.json', new TextEncoder().encode(JSON.stringify(byteTokenizer().toJSON())));
    await expect(loadModel(other)).rejects.toThrow(/the tokenizer has 256 tokens, the model only \d+/);
    await expect(loadModel(memoryStore())).rejects.toThrow('has no config.json');
  });
});
