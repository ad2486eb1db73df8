import { memoryStore, type FileStore } from '@ashlar/checkpoint';
import { applyLora, disabled, loraParameters } from '@ashlar/lora';
import { hostStateDict, parameters } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { wasm } from '@ashlar/ops/wasm';
import { Run, type StepEvent } from '@ashlar/trainer';
import { copyGpt2, Gpt2, Gpt2WithScore } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { collect } from './experience.js';
import { ppo, type PpoEvent, type PpoOptions, type Sample } from './index.js';
import { update } from './update.js';
import { AdamW } from '@ashlar/optim';

const [eosTokenId, padTokenId, liked] = [6, 7, 3];
const config = { vocabSize: 8, contextLength: 16, hiddenSize: 16, numLayers: 2, numHeads: 2, initializerRange: 0.2 };
const prompts = (iteration: number) =>
  Array.from({ length: 8 }, (_, row) => Array.from({ length: 1 + ((row + iteration) % 4) }, (_, i) => (row + i) % 6));
/** How often the liked token is there. */
const reward = (samples: readonly Sample[]) =>
  samples.map(({ completion }) => completion.filter((id) => id === liked).length / completion.length);

/** A policy, its frozen copy and a value model; frees them. */
async function withModels<T>(
  f: (models: Pick<PpoOptions, 'policy' | 'reference' | 'value'>) => Promise<T>,
): Promise<T> {
  using policy = new Gpt2(config, { seed: 5 });
  using reference = copyGpt2(policy);
  using value = Gpt2WithScore.fromGpt2(policy, { std: 0 });
  return await f({ policy, reference, value });
}

const settings = {
  prompts,
  reward,
  eosTokenId,
  padTokenId,
  iterations: 4,
  maxNewTokens: 8,
  temperature: 1,
  minibatchSize: 4,
  epochs: 2,
  schedule: () => 1e-3,
  maxGradNorm: null,
  seed: 11,
} satisfies Partial<PpoOptions>;

async function all(events: AsyncIterable<PpoEvent>): Promise<PpoEvent[]> {
  const found: PpoEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}

const steps = (events: readonly PpoEvent[]) =>
  events.filter((event): event is StepEvent & { type: 'step' } => event.type === 'step');

afterEach(() => expect(tf.memory().numTensors).toBe(0));

describe.each([cpu(), wasm()])('ppo on $name', (backend) => {
  it('begins at the reference: no divergence, and ratios of exactly 1 in the first update', async () => {
    await useBackend(backend);
    await withModels(async (models) => {
      const options: PpoOptions = { ...models, ...settings };
      const experience = await collect(options, 0, 0.05);
      expect(experience.kl).toEqual(new Array(8).fill(0));
      const trained = parameters(models.policy);
      const optimizer = new AdamW(trained);
      const [first, second] = await update(experience, {
        options,
        optimizer,
        parameters: trained,
        learningRate: 0.01,
        iteration: 0,
      });
      expect(first).toMatchObject({ ratio: 1, approximateKl: 0, clipFraction: 0 });
      expect(second!.approximateKl).toBeGreaterThan(0);
      optimizer.dispose();
    });
  });
});

describe('ppo', () => {
  it('learns what is rewarded, and less of it the dearer the divergence', async () => {
    await useBackend(wasm());
    const run = (coefficient: number) =>
      withModels(async (models) => {
        const events = await all(
          ppo({ ...models, ...settings, iterations: 25, schedule: () => 3e-3, kl: { coefficient } }),
        );
        const { metrics } = steps(events).at(-1)!;
        return [metrics['objective/scores']!, metrics['objective/kl']!] as const;
      });
    const start = await withModels(async (models) => {
      const [first] = steps(await all(ppo({ ...models, ...settings, iterations: 1 })));
      return first!.metrics['objective/scores']!;
    });
    const [free, dear] = [await run(0.01), await run(5)];
    expect(free[0]).toBeGreaterThan(start + 1);
    expect(dear[1]).toBeLessThan(0.2);
    expect(dear[1]).toBeLessThan(free[1] / 5);
  });

  it("says TRL's metrics, and what it sampled", async () => {
    await useBackend(wasm());
    await withModels(async (models) => {
      const decode = (ids: readonly number[]) => ids.join(' ');
      const events = await all(ppo({ ...models, ...settings, iterations: 2, decode }));
      const [first, second] = steps(events);
      expect(first!.metrics['objective/kl']).toBe(0);
      expect(first!.metrics['objective/non_score_reward']).toBeCloseTo(0, 12);
      expect(second!.metrics).toMatchObject({ episode: 16, 'objective/kl_coef': 0.05 });
      const rollout = events.find((event) => event.type === 'rollout')!;
      const mean = rollout.scores.reduce((sum, score) => sum + score, 0) / 8;
      expect(first!.metrics['objective/scores']).toBeCloseTo(mean, 12);
      const [{ prompt, completion, promptText, completionText, ended }] = rollout.samples as [Sample];
      expect([promptText, completionText]).toEqual([prompt.join(' '), completion.join(' ')]);
      expect(ended).toBe(completion.at(-1) === eosTokenId);
      const missing = rollout.samples.filter((sample) => !sample.ended).length;
      expect(missing).toBeGreaterThan(0);
      const plain = reward(rollout.samples);
      rollout.scores.forEach((score, i) =>
        expect(plain[i]! - score).toBeCloseTo(rollout.samples[i]!.ended ? 0 : 1, 12),
      );
    });
  });

  it('takes an adapted policy without its adapters for the reference, and moves nothing else', async () => {
    await useBackend(wasm());
    await withModels(async ({ policy, value }) => {
      const base = await hostStateDict(policy);
      applyLora(policy, { rank: 2, seed: 1 });
      const reference = <T>(f: () => T): T => disabled(policy, f);
      const events = await all(ppo({ policy, value, reference, ...settings }));
      expect(steps(events)[0]!.metrics['objective/kl']).toBe(0);
      expect(steps(events).at(-1)!.metrics['objective/kl']).not.toBe(0);
      expect([...loraParameters(policy).keys()].length).toBeGreaterThan(0);
      const after = await hostStateDict(policy);
      for (const [path, { data }] of base) {
        const now = after.get(path) ?? after.get(path.replace(/\.(weight|bias)$/, '.base_layer.$1'))!;
        expect(now.data).toEqual(data);
      }
    });
  });
});

describe('a run of ppo', () => {
  const kl = { coefficient: 0.1, target: 0.5, horizon: 40 };
  const train = (store: FileStore, change: Partial<PpoOptions> = {}, existing: 'refuse' | 'resume' = 'refuse') =>
    withModels(async (models) => {
      const run = await Run.open(store, '', { config: { what: 'ppo' }, existing });
      return all(ppo({ ...models, ...settings, kl, checkpointEvery: 1, run, ...change }));
    });
  const files = async (store: FileStore) => {
    const names = (await store.list()).filter((name) => !name.includes('timings'));
    return Promise.all(names.map(async (name) => [name, String(await store.read(name))]));
  };

  it('goes on where it was stopped, to the same bytes, the adaptive coefficient included', async () => {
    await useBackend(wasm());
    const [whole, parted] = [memoryStore(), memoryStore()];
    const coefficients = steps(await train(whole)).map(({ metrics }) => metrics['objective/kl_coef']);
    expect(new Set(coefficients).size).toBe(4);
    const controller = new AbortController();
    const stopping: PpoOptions['reward'] = (samples) => {
      calls++;
      if (calls === 2) controller.abort();
      return reward(samples);
    };
    let calls = 0;
    const events = await train(parted, { reward: stopping, signal: controller.signal });
    expect(events.at(-1)).toEqual({ type: 'stopped', step: 2 });
    await train(parted, {}, 'resume');
    expect(await files(parted)).toEqual(await files(whole));
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no judge')), 'the reward function failed: no judge'],
    [
      'gives NaN',
      (samples: readonly Sample[]) => samples.map((_, i) => (i === 3 ? NaN : 1)),
      /gave NaN for sample 3, ids \[/,
    ],
    ['gives too few', () => [1, 2], 'the reward function gave 2 rewards for 8 samples'],
  ])('is kept when the reward function %s', async (_, broken, message) => {
    await useBackend(wasm());
    const [whole, failed] = [memoryStore(), memoryStore()];
    let calls = 0;
    const breaking: PpoOptions['reward'] = (samples) => (++calls === 3 ? broken(samples) : reward(samples));
    const failure = train(failed, { reward: breaking });
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toThrow('iteration 3: ');
    await train(whole);
    await train(failed, {}, 'resume');
    expect(await files(failed)).toEqual(await files(whole));
  });

  it('ends at a loss that is not finite, and keeps what was saved last', async () => {
    await useBackend(wasm());
    const store = memoryStore();
    await expect(train(store, { schedule: (iteration) => (iteration === 1 ? 1e30 : 1e-3) })).rejects.toThrow(
      /^iteration 2: the (loss|gradient norm) is (NaN|Infinity), the state after step 1 is kept in memory\/checkpoints/,
    );
  });
});

it.each([
  [{ iterations: 0 }, 'ppo: iterations must be a whole number from 1 on, found 0'],
  [{ temperature: 0 }, 'ppo: temperature must be above 0, found 0'],
  [{ lambda: 2 }, 'ppo: lambda must be from 0 to 1, found 2'],
  [{ kl: { coefficient: -1 } }, 'ppo: kl.coefficient must be 0 or more, found -1'],
  [{ minibatchSize: 3 }, 'ppo: 8 prompts cannot be parted into minibatches of 3'],
])('ppo refuses %j', async (change, message) => {
  await useBackend(wasm());
  await withModels((models) => expect(all(ppo({ ...models, ...settings, ...change }))).rejects.toThrow(message));
});
