import { memoryStore, type FileStore } from '@ashlar/checkpoint';
import { parameters } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyModel } from '../test/tiny-training.js';
import { NonFiniteError, Run, train, type TrainEvent } from './index.js';

beforeAll(() => useBackend(wasm()));

interface Plan {
  store: FileStore;
  existing?: 'resume';
  /** Aborts after this many steps. */
  stopAfter?: number;
  /** This step, from 0 on, moves the model and then fails. */
  failAt?: number;
  measureEvery?: number;
}

/** Steps that pull all weights by an amount that is their own state: it doubles each time. */
async function pull({ store, existing, stopAfter, failAt, measureEvery }: Plan): Promise<TrainEvent[]> {
  using model = tinyModel();
  const optimizer = new AdamW(parameters(model), { weightDecay: 0 });
  const controller = new AbortController();
  const run = await Run.open(store, '', { config: { what: 'pull' }, ...(existing && { existing }) });
  let amount = 0.001;
  const measure = (step: number) => {
    const weight = [...parameters(model).values()][0]!.dataSync()[0]!;
    return Promise.resolve({ steps: step, weight });
  };
  const events: TrainEvent[] = [];
  try {
    const training = train({
      model,
      optimizer,
      steps: 6,
      schedule: () => 0.01,
      checkpointEvery: 2,
      run,
      signal: controller.signal,
      state: { save: () => ({ amount }), load: (saved) => (amount = saved['amount'] as number) },
      ...(measureEvery && { measurement: { every: measureEvery, measure } }),
      performStep: (step, learningRate) => {
        const gradients = new Map([...parameters(model)].map(([path, { shape }]) => [path, tf.fill(shape, amount)]));
        optimizer.step(gradients, { learningRate });
        tf.dispose([...gradients.values()]);
        if (step === failAt) return Promise.reject(new NonFiniteError(`step ${step + 1}: the score is NaN`));
        amount *= 2;
        return Promise.resolve({ loss: amount, weight: 1, gradNorm: 0, metrics: { amount } });
      },
    });
    for await (const event of training) {
      events.push(event);
      if (event.type === 'step' && event.step === stopAfter) controller.abort();
    }
  } finally {
    optimizer.dispose();
  }
  return events;
}

async function files(store: FileStore): Promise<Record<string, string>> {
  const names = (await store.list()).filter((name) => !name.includes('timings'));
  const entries = names.map(async (name) => [name, String(await store.read(name))] as const);
  return Object.fromEntries(await Promise.all(entries));
}

describe('train with steps of the caller', () => {
  it('does them, records their metrics, and evaluates nothing', async () => {
    const store = memoryStore();
    const events = await pull({ store });
    expect(events.map(({ type }) => type).filter((type) => type !== 'step')).toEqual([
      'start',
      'checkpoint',
      'checkpoint',
      'checkpoint',
      'done',
    ]);
    const lines = new TextDecoder()
      .decode((await store.read('metrics.jsonl'))!)
      .trim()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { amount: number }).amount)).toEqual(
      [1, 2, 3, 4, 5, 6].map((step) => 0.001 * 2 ** step),
    );
  });

  it('measures with a function of the caller: before the first step, on the way, after the last', async () => {
    const store = memoryStore();
    const events = await pull({ store, measureEvery: 4 });
    const measured = events.filter((event) => event.type === 'measurement');
    expect(measured.map(({ step, metrics }) => [step, metrics['steps']])).toEqual([
      [0, 0],
      [4, 4],
      [6, 6],
    ]);
    const lines = new TextDecoder().decode((await store.read('metrics.jsonl'))!).split('\n');
    expect(lines).toContain(JSON.stringify({ step: 4, eval_steps: 4, eval_weight: measured[1]!.metrics['weight'] }));
  });

  it.each([1, 2, 3, 5])('goes on after step %i to the same bytes, their state included', async (stopAfter) => {
    const [whole, parted] = [memoryStore(), memoryStore()];
    const plan = { measureEvery: 2 };
    await pull({ store: whole, ...plan });
    await pull({ store: parted, stopAfter, ...plan });
    await pull({ store: parted, existing: 'resume', ...plan });
    expect(await files(parted)).toEqual(await files(whole));
  });

  it('keeps what was saved last when a step fails after it moved the model', async () => {
    const [whole, failed] = [memoryStore(), memoryStore()];
    await pull({ store: whole });
    await expect(pull({ store: failed, failAt: 3 })).rejects.toThrow(
      'step 4: the score is NaN, the state after step 2 is kept in memory/checkpoints; a lower learning rate',
    );
    await pull({ store: failed, existing: 'resume' });
    expect(await files(failed)).toEqual(await files(whole));
  });
});
