import { loadTrainingState, memoryStore } from '@ashlar/checkpoint';
import { TokenDataset } from '@ashlar/data';
import { parameters } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { contextLength, eventsOf, tinyModel, tinyTraining } from '../test/tiny-training.js';
import { microBatches, nextTokenObjective, PauseSwitch, type Objective, type TrainEvent } from './index.js';
import { trainingStep } from './training-step.js';

beforeAll(() => useBackend(wasm()));

const ofType = <T extends TrainEvent['type']>(events: TrainEvent[], type: T) =>
  events.filter((event): event is Extract<TrainEvent, { type: T }> => event.type === type);

describe('train', () => {
  it('learns, and says what happens in order', async () => {
    const events = await eventsOf({ steps: 4 });
    expect(events.map(({ type, step }) => `${type} ${step}`)).toEqual([
      'start 0',
      'evaluation 0',
      'step 1',
      'step 2',
      'evaluation 2',
      'step 3',
      'step 4',
      'evaluation 4',
      'done 4',
    ]);
    const [first, ...later] = ofType(events, 'evaluation');
    expect(first!.loss).toBeCloseTo(Math.log(5), 1);
    expect(first!.isBest).toBe(true);
    expect(later.at(-1)!.loss).toBeLessThan(first!.loss);
    const [done] = ofType(events, 'done');
    expect(done).toMatchObject({ evaluation: later.at(-1), trainLoss: ofType(events, 'step').at(-1)!.loss });
  });

  it('leaks no tensors in any step, and none at the end', async () => {
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    for await (const event of tinyTraining({ store: memoryStore(), dropout: 0.1 }))
      if (event.type === 'step') counts.push(tf.memory().numTensors);
    expect(new Set(counts).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('awaits its callbacks before the consumer sees an event', async () => {
    const seen: string[] = [];
    const callback = async ({ type }: TrainEvent) => {
      await Promise.resolve();
      seen.push(`callback ${type}`);
    };
    for await (const { type } of tinyTraining({ steps: 1, callbacks: [callback] })) seen.push(type);
    expect(seen.slice(0, 4)).toEqual(['callback start', 'start', 'callback evaluation', 'evaluation']);
  });

  it('stops before the step that is not finite, and keeps the state', async () => {
    let calls = 0;
    const broken: Objective = (...given) => {
      const result = nextTokenObjective(...given);
      const isTraining = given[2].rng !== undefined;
      return isTraining && ++calls > 3 ? { ...result, lossSum: tf.mul(result.lossSum, NaN) } : result;
    };
    const store = memoryStore();
    await expect(eventsOf({ store, objective: broken })).rejects.toThrow(
      'step 4: the loss is NaN, the state before it is kept in memory/checkpoints; a lower learning rate or a longer warm-up may help',
    );
    const state = (await loadTrainingState(store, 'checkpoints'))!;
    expect(state.progress.step).toBe(3);
    for (const { data } of state.model.values()) expect(data.every(Number.isFinite)).toBe(true);
    const events = await eventsOf({ store });
    expect(ofType(events, 'step')[0]!.step).toBe(4);
  });

  it('holds while it is paused, and can be stopped there', async () => {
    const pause = new PauseSwitch();
    const controller = new AbortController();
    const events: string[] = [];
    let held = 0;
    for await (const { type, step } of tinyTraining({ pause, signal: controller.signal })) {
      events.push(`${type} ${step}`);
      if (type === 'step' && step === 3) pause.pause();
      if (type === 'paused' && held++ === 0)
        setTimeout(() => {
          events.push('continuing');
          pause.continue();
        }, 30);
      if (type === 'step' && step === 5) {
        pause.pause();
        setTimeout(() => controller.abort(), 10);
      }
    }
    const from = events.indexOf('paused 3');
    expect(events.slice(from, from + 3)).toEqual(['paused 3', 'continuing', 'continued 3']);
    expect(events.slice(-3)).toEqual(['paused 5', 'continued 5', 'stopped 5']);
  });

  it('lets the event loop run', async () => {
    let turns = 0;
    const count = () => void (turns++, (timer = setTimeout(count, 0)));
    let timer = setTimeout(count, 0);
    const slow: Objective = (...given) => {
      for (const end = performance.now() + 25; performance.now() < end;);
      return nextTokenObjective(...given);
    };
    await eventsOf({ objective: slow });
    clearTimeout(timer);
    expect(turns).toBeGreaterThan(4);
  });
});

describe('a training step', () => {
  const data = new TokenDataset(
    Int32Array.from({ length: 40 }, (_, i) => (i * 3) % 5),
    { contextLength },
  );

  /** One step in so many micro-batches, on rows of which different parts count. */
  async function step(parts: number, { maxGradNorm = 1 as number | null } = {}) {
    const batch = data.batch(0, 6, 1);
    for (const at of [0, 1, 2, 3, 5, 9, 10, 11]) batch.targets[at] = -100;
    using model = tinyModel();
    const optimizer = new AdamW(parameters(model));
    const result = await trainingStep({
      model,
      objective: (...given) => {
        const result = nextTokenObjective(...given);
        return { ...result, metrics: { doubled: tf.mul(result.lossSum, 2) } };
      },
      optimizer,
      parameters: parameters(model),
      batches: microBatches(batch, parts),
      learningRate: 0.01,
      maxGradNorm,
      seed: 0,
      step: 0,
    });
    const state = await optimizer.state();
    optimizer.dispose();
    return { result, moments: state.tensors };
  }

  it.each([2, 3, 6])('cut into %d micro-batches is the same step: every token counts once', async (parts) => {
    const [whole, cut] = [await step(1), await step(parts)];
    expect(whole.result.weight).toBe(16);
    expect(cut.result.weight).toBe(16);
    expect(cut.result.loss).toBeCloseTo(whole.result.loss, 6);
    expect(cut.result.gradNorm).toBeCloseTo(whole.result.gradNorm, 6);
    for (const [path, { data }] of whole.moments)
      cut.moments.get(path)!.data.forEach((value, i) => expect(value, path).toBeCloseTo(data[i]!, 7));
  });

  it('clips by the norm of all gradients together, and reports it from before', async () => {
    const norm = (moments: ReadonlyMap<string, { data: ArrayLike<number> }>) =>
      Math.hypot(
        ...[...moments].filter(([path]) => path.endsWith('exp_avg')).flatMap(([, { data }]) => Array.from(data)),
      );
    const free = await step(1, { maxGradNorm: null });
    const clipped = await step(2, { maxGradNorm: free.result.gradNorm / 4 });
    expect(clipped.result.gradNorm).toBeCloseTo(free.result.gradNorm, 6);
    expect(norm(clipped.moments) / norm(free.moments)).toBeCloseTo(1 / 4, 4);
  });

  it('divides metrics as it does the loss', async () => {
    const { result } = await step(3);
    expect(result.metrics['doubled']).toBeCloseTo(2 * result.loss, 6);
  });

  it('refuses a batch in which nothing counts', async () => {
    const nothing = () => {
      const batch = data.batch(0, 1, 1);
      return microBatches({ ...batch, targets: batch.targets.fill(-100) });
    };
    await expect(eventsOf({ batches: nothing })).rejects.toThrow('step 1: the weight of the batch is 0');
    expect(() => microBatches(data.batch(0, 2, 1), 3)).toThrow('2 rows cannot be cut into 3 micro-batches');
  });
});
