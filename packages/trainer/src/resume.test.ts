import { memoryStore, type FileStore } from '@ashlar/checkpoint';
import { faultyStore } from '@ashlar/checkpoint/testing';
import { RandomStream, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, lastingFiles, tinyTraining } from '../test/tiny-training.js';

let uninterrupted: Map<string, string>;

beforeAll(async () => {
  await useBackend(wasm());
  const store = memoryStore();
  await eventsOf({ store });
  uninterrupted = await lastingFiles(store);
});

const expectSameFiles = async (store: FileStore) => {
  const files = await lastingFiles(store);
  expect([...files.keys()]).toEqual([...uninterrupted.keys()]);
  for (const [path, bytes] of uninterrupted) expect(files.get(path), path).toBe(bytes);
};

describe('a run that is resumed', () => {
  it('keeps what a run is made of', () => {
    expect([...uninterrupted.keys()]).toEqual([
      'best/config.json',
      'best/model.safetensors',
      'checkpoints/latest.json',
      'checkpoints/state-8/manifest.json',
      'checkpoints/state-8/model.safetensors',
      'checkpoints/state-8/optimizer.safetensors',
      'checkpoints/state-8/progress.json',
      'config.json',
      'loss.svg',
      'metrics.jsonl',
      'model/config.json',
      'model/model.safetensors',
    ]);
    const lines = uninterrupted.get('metrics.jsonl')!.trimEnd().split('\n');
    const metrics = lines.map((line) => JSON.parse(line) as Record<string, number>);
    expect(metrics.filter((line) => 'loss' in line).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(metrics.filter((line) => 'eval_loss' in line).map(({ step }) => step)).toEqual([0, 2, 4, 6, 8]);
    expect(metrics[0]).toMatchObject({ step: 0, eval_perplexity: Math.exp(metrics[0]!['eval_loss']!), probed: 0 });
    expect(metrics[1]).toMatchObject({ step: 1, num_tokens: 16, learning_rate: 0.05 / 3 });
  });

  it('after a kill inside any write leaves the bytes of one that was not', async () => {
    const counting = faultyStore(memoryStore(), { failAfterBytes: Infinity });
    await eventsOf({ store: counting });
    const kills = 60;
    for (let kill = 0; kill < kills; kill++) {
      const disk = memoryStore();
      // timings are of varying length, so that the very end cannot be aimed at
      const byte = Math.floor((kill * (counting.spent - 400)) / (kills - 1));
      await expect(eventsOf({ store: faultyStore(disk, { failAfterBytes: byte }) })).rejects.toThrow('killed');
      await eventsOf({ store: disk });
      await expectSameFiles(disk);
    }
  });

  it('after several kills in a row leaves them too', async () => {
    const random = new RandomStream(3, 'kills');
    for (let trial = 0; trial < 10; trial++) {
      const disk = memoryStore();
      for (let kill = 0; kill < 4; kill++) {
        const store = faultyStore(disk, { failAfterBytes: Math.floor(8000 * random.uniform(4 * trial + kill)) });
        await eventsOf({ store }).catch((error: Error) => expect(error.message).toContain('killed'));
      }
      await eventsOf({ store: disk });
      await expectSameFiles(disk);
    }
  });

  it('after it was told to stop, at any event, leaves them too', async () => {
    const events = await eventsOf({ store: memoryStore() });
    for (let stopAt = 0; stopAt < events.length - 1; stopAt++) {
      const store = memoryStore();
      const controller = new AbortController();
      let seen = 0;
      let last: string | undefined;
      for await (const event of tinyTraining({ store, signal: controller.signal })) {
        if (seen++ === stopAt) controller.abort();
        last = event.type;
      }
      expect(last).toBe('stopped');
      const [start] = await eventsOf({ store });
      expect(start!.step).toBe(Math.max(0, ...events.slice(0, stopAt + 1).map(({ step }) => step)));
      await expectSameFiles(store);
    }
  });

  it('changes nothing when it had ended already', async () => {
    const store = memoryStore();
    await eventsOf({ store });
    const events = await eventsOf({ store });
    expect(events.map(({ type }) => type)).toEqual(['start', 'evaluation', 'done']);
    await expectSameFiles(store);
  });

  it('on a full disk says so, and goes on when there is room', async () => {
    const disk = memoryStore();
    const counting = faultyStore(memoryStore(), { failAfterBytes: Infinity });
    await eventsOf({ store: counting });
    const full = faultyStore(disk, { failAfterBytes: Math.floor(counting.spent / 2), fault: 'full' });
    await expect(eventsOf({ store: full })).rejects.toThrow(
      /could not (write|append to) .*: the disk is full \(ENOSPC\)/,
    );
    const [start] = await eventsOf({ store: disk });
    expect(start!.step).toBeGreaterThan(0);
    await expectSameFiles(disk);
  });
});
