import { memoryStore, type FileStore } from '@ashlar/checkpoint';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  ownData,
  recipe,
  recipeConfig,
  stageNames,
  storyWorldData,
  type RecipeEvent,
  type RecipeOptions,
} from '../index.js';

const steps = (count: number) => ({
  training: { steps: count, batchSize: 4, evaluateEvery: 3, evaluationBatchSize: 8, warmupSteps: 1 },
});
/** Everything, in seconds. */
const config = recipeConfig('fast', {
  world: { stories: 60, demonstrations: 40, preferences: 40, questions: 12, heldOut: 8 },
  model: { hiddenSize: 16, numHeads: 2, contextLength: 96 },
  pretrain: { ...steps(6), samples: { prompts: [''], maxNewTokens: 4, temperature: 0.8, topK: null } },
  sft: steps(6),
  lora: { ...steps(3), rank: 2 },
  reward: steps(3),
  ppo: { iterations: 3, batchSize: 4, minibatchSize: 2, maxNewTokens: 6, scaleQuestions: 4, checkpointEvery: 1 },
  report: { questions: 4, shown: 2, maxNewTokens: 6 },
} as never);
const data = storyWorldData(config);

async function run(store: FileStore, change: Partial<RecipeOptions> = {}): Promise<RecipeEvent[]> {
  const events: RecipeEvent[] = [];
  for await (const event of recipe({ config, data, store, ...change })) events.push(event);
  return events;
}

const text = async (store: FileStore, path: string) => new TextDecoder().decode((await store.read(path))!);
/** All that must not differ between equal runs: everything but times. */
async function files(store: FileStore): Promise<[string, string][]> {
  const names = (await store.list()).filter((name) => !/timings|stage\.json|report|plots\/size/.test(name));
  return Promise.all(names.map(async (name): Promise<[string, string]> => [name, String(await store.read(name))]));
}

beforeAll(() => useBackend(wasm()));
afterEach(() => expect(tf.memory().numTensors).toBe(0));

describe('recipe', () => {
  it('goes through all stages to a report, and leaves a model of each', async () => {
    const store = memoryStore();
    const events = await run(store);
    const done = events.filter((event) => event.type === 'stage-done');
    expect(done.map(({ stage }) => stage)).toEqual([...stageNames]);
    for (const { result } of done) {
      expect(result.seconds).toBeGreaterThan(0);
      expect(result.gained).not.toMatch(/NaN|undefined/);
      for (const value of Object.values(result.measures)) expect(Number.isFinite(value)).toBe(true);
    }
    for (const folder of ['pretrain', 'sft', 'lora', 'reward', 'ppo'])
      expect(JSON.parse(await text(store, `${folder}/model/config.json`))).toHaveProperty('n_embd', 16);
    for (const path of [
      'lora/adapter/adapter_model.safetensors',
      'quantize/int8/config.json',
      'quantize/nf4/config.json',
    ])
      expect(await store.size(path)).toBeGreaterThan(0);
    const page = await text(store, 'report.md');
    for (const part of ['| tokenizer |', '| quantize/nf4 |', '## Reward against KL', '| nf4 |', 'plots/reward-kl.svg'])
      expect(page).toContain(part);
    expect(page).not.toMatch(/NaN|undefined/);
    expect(await text(store, 'plots/reward-kl.svg')).toContain('<svg');
    expect(await text(store, 'plots/size-loss.svg')).toContain('int8');
    const last = events.at(-1)!;
    expect(last.type === 'report' && last.report.models.map(({ name }) => name)).toEqual([
      'pretrain',
      'lora',
      'sft',
      'ppo',
      'quantize/int8',
      'quantize/nf4',
    ]);
  });

  it('refuses, before anything is trained, what it could not hold', async () => {
    const [store, untouched] = [memoryStore(), memoryStore()];
    const large = recipeConfig('fast', { ppo: { batchSize: 4096, minibatchSize: 4096 } });
    await expect(run(store, { config: large, data: storyWorldData(large) })).rejects.toThrow(
      /^ppo: an iteration takes [\d.]+ GiB and wasm can hold/,
    );
    expect((await store.list()).filter((name) => !name.startsWith('tokenizer/'))).toEqual(['recipe.json']);
    const wide = recipeConfig('fast', { model: { hiddenSize: 8192, numHeads: 8, numLayers: 8 } });
    await expect(run(untouched, { config: wide })).rejects.toThrow(/^pretrain: a step takes/);
    expect(await untouched.list()).toEqual([]);
  });

  it('tells how far the tokenizer is', async () => {
    const told: [number, number][] = [];
    await run(memoryStore(), { stages: ['tokenizer'], onTokens: (...counts) => told.push(counts) });
    expect(told.length).toBeGreaterThan(2);
    expect(told.map(([tokens]) => tokens)).toEqual(told.map(([tokens]) => tokens).sort((a, b) => a - b));
    expect(told.at(-1)![0]).toBeGreaterThan(256);
    expect(new Set(told.map(([, size]) => size))).toEqual(new Set([config.tokenizer.vocabSize]));
  });

  it('goes on where it was stopped, in any stage, to the same bytes', async () => {
    const [whole, parted] = [memoryStore(), memoryStore()];
    await run(whole);
    const expected = await files(whole);
    for (const [stage, step] of [
      ['pretrain', 4],
      ['sft', 2],
      ['lora', 1],
      ['reward', 2],
      ['ppo', 1],
      ['ppo', 2],
    ] as const) {
      const controller = new AbortController();
      const events = recipe({ config, data, store: parted, existing: 'resume', signal: controller.signal });
      let last: RecipeEvent | undefined;
      for await (const event of events) {
        last = event;
        if (
          event.type === 'stage-event' &&
          event.stage === stage &&
          event.event.type === 'step' &&
          event.event.step === step
        )
          controller.abort();
      }
      expect(last).toEqual({ type: 'recipe-stopped' });
    }
    const events = await run(parted, { existing: 'resume' });
    expect(events.filter((event) => event.type === 'stage-done' && event.skipped)).toHaveLength(5);
    expect(await files(parted)).toEqual(expected);
  });

  it('runs chosen stages, and those that are left later', async () => {
    const store = memoryStore();
    const first = await run(store, { stages: ['sft', 'tokenizer', 'pretrain'] });
    expect(first.at(-1)).toMatchObject({ type: 'report', report: { ppo: null } });
    const second = await run(store, { stages: ['quantize'], existing: 'resume' });
    expect(second.filter((event) => event.type === 'stage-start').map(({ stage }) => stage)).toEqual(['quantize']);
    await expect(run(store, { stages: ['ppo'], existing: 'resume' })).rejects.toThrow(
      'the stage ppo needs reward, which is neither chosen nor finished here',
    );
    await expect(run(memoryStore(), { stages: ['rlhf'] })).rejects.toThrow(
      'no stage is called "rlhf"; there are tokenizer,',
    );
  });

  it("refuses a folder with another run, or with somebody's files", async () => {
    const store = memoryStore();
    await run(store, { stages: ['tokenizer'] });
    await expect(run(store)).rejects.toThrow('memory holds a run of the recipe already: resume it, overwrite it');
    const other = { ...config, seed: 2 };
    await expect(run(store, { config: other, existing: 'resume' })).rejects.toThrow(
      'made with other settings and cannot be',
    );
    const theirs = memoryStore();
    await theirs.write('sft/notes.txt', new Uint8Array([1]));
    await expect(run(theirs)).rejects.toThrow('memory holds no run of the recipe but has a sft');
    expect(await theirs.list()).toEqual(['sft/notes.txt']);
  });

  it("takes a text of one's own, with questions or without, and says what that means", async () => {
    const poem = 'Twas brillig, and the slithy toves did gyre and gimble in the wabe. '.repeat(40);
    expect(ownData({ name: 'poem', text: poem }, config).note).toContain('not what your text says');
    const rows = ['wabe', 'tove', 'gyre', 'gimble'].map((word) => ({
      prompt: `What is ${word}?`,
      completion: `A ${word}.`,
    }));
    const own = ownData({ name: 'poem', text: poem, rows }, config);
    expect(own).toMatchObject({ isStoryWorld: false, heldOutQuestions: ['What is gimble?'] });
    expect(own.note).toContain('preferences are the story world');
    const events = await run(memoryStore(), { data: own, stages: ['tokenizer', 'pretrain', 'sft'] });
    const last = events.at(-1)!;
    expect(last.type === 'report' && last.report.models[1]!.answers).toHaveLength(1);
    expect(last.type === 'report' && last.report.models[1]!.exact).toBeNull();
  });
});
