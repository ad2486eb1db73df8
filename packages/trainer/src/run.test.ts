import { memoryStore } from '@ashlar/checkpoint';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, lastingFiles } from '../test/tiny-training.js';
import { Run } from './index.js';

beforeAll(() => useBackend(wasm()));

const bytes = (text: string) => new TextEncoder().encode(text);

describe('Run', () => {
  it('refuses a folder that holds a run, unless it is resumed or overwritten', async () => {
    const store = memoryStore();
    await eventsOf({ store });
    const files = await lastingFiles(store);
    await expect(eventsOf({ store, existing: 'refuse' })).rejects.toThrow(
      'memory holds a run already: resume it, overwrite it, or choose another folder',
    );
    expect(await lastingFiles(store)).toEqual(files);
    await store.write('notes.txt', bytes('mine'));
    const [start] = await eventsOf({ store, existing: 'overwrite', config: { seed: 2 } });
    expect(start!.step).toBe(0);
    expect(await store.size('notes.txt')).toBe(4);
    expect(await Run.config(store, '')).toEqual({ steps: 8, seed: 2 });
  });

  it('refuses to resume under another config and says what differs', async () => {
    const store = memoryStore();
    await eventsOf({ store, config: { seed: 1, batch: 4, rate: 0.1, decay: 0 } });
    await expect(eventsOf({ store, config: { seed: 2, batch: 4 } })).rejects.toThrow(
      'the run in memory has another config and cannot be resumed: decay is 0 there and missing here; ' +
        'rate is 0.1 there and missing here; seed is 1 there and 2 here',
    );
  });

  it('takes no folder that belongs to something else', async () => {
    const model = memoryStore([['config.json', bytes('{"model_type": "gpt2"}')]]);
    await expect(eventsOf({ store: model })).rejects.toThrow("memory holds a config.json that is not a run's");
    const files = memoryStore([['best/of.txt', bytes('mine')]]);
    await expect(eventsOf({ store: files, existing: 'overwrite' })).rejects.toThrow(
      'memory holds no run but has a best, which a run would write: choose another folder',
    );
    expect(await files.list()).toEqual(['best/of.txt']);
  });

  it('leaves a folder empty until training begins', async () => {
    const store = memoryStore();
    await Run.open(store, 'runs/a', { config: {} });
    expect(await store.list()).toEqual([]);
  });
});
