import type { HostTensor } from '@ashlar/nn';
import { describe, expect, it } from 'vitest';
import { type FileStore, loadTrainingState, memoryStore, saveTrainingState, type TrainingState } from './index.js';
import { faultyStore } from './testing.js';

const tensor = (...values: number[]): HostTensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});

const stateAt = (step: number): TrainingState => ({
  model: new Map([['w', tensor(step, 0.1)]]),
  optimizer: { step, tensors: new Map([['w.exp_avg', tensor(step / 3)]]) },
  progress: { step, bestLoss: step / 7 },
});

/** A store in which these steps were saved, as a plain copy each time it is asked for. */
async function savedStore(...steps: number[]): Promise<() => FileStore> {
  const store = memoryStore();
  for (const step of steps) await saveTrainingState(store, 'run', stateAt(step));
  const paths = await store.list();
  const files = await Promise.all(paths.map(async (path) => [path, (await store.read(path))!] as const));
  return () => memoryStore(files.map(([path, bytes]) => [path, bytes]));
}

/** Every file and its bytes, as text that compares fast. */
async function contents(store: FileStore): Promise<Map<string, string>> {
  const text = async (path: string) => Buffer.from((await store.read(path))!).toString('latin1');
  return new Map(await Promise.all((await store.list()).map(async (path) => [path, await text(path)] as const)));
}

/** What a save of step 3 costs, on a store that never fails. */
async function costOfSave(store: FileStore): Promise<number> {
  const counting = faultyStore(store, { failAfterBytes: Infinity });
  await saveTrainingState(counting, 'run', stateAt(3));
  return counting.spent;
}

const stepOf = async (store: FileStore) => {
  const state = await loadTrainingState(store, 'run');
  if (!state) return null;
  const { step } = state.progress;
  // old or new as a whole, never a mixture
  expect({ model: state.model, optimizer: state.optimizer, progress: state.progress }).toEqual(stateAt(step));
  return step;
};

describe.each([
  { before: 'nothing', steps: [], old: null },
  { before: 'one state', steps: [1], old: 1 },
  { before: 'two states', steps: [1, 2], old: 2 },
])('a save after $before', ({ steps, old }) => {
  it('killed at every single byte leaves the old state or the new one, and the next save cleans up', async () => {
    const fresh = await savedStore(...steps);
    const undisturbed = fresh();
    const cost = await costOfSave(undisturbed);
    const finished = await contents(undisturbed);
    const seen = new Set<number | null>();
    for (let byte = 0; byte < cost; byte++) {
      const disk = fresh();
      const dying = faultyStore(disk, { failAfterBytes: byte });
      await expect(saveTrainingState(dying, 'run', stateAt(3))).rejects.toThrow('killed');
      await expect(dying.list()).rejects.toThrow('the process is gone');
      const step = await stepOf(disk);
      expect([old, 3]).toContain(step);
      seen.add(step);

      // the restarted run gets to the same step and leaves the very files of one that was never killed
      await saveTrainingState(disk, 'run', stateAt(3));
      // (a temporary file beside latest.json is the business of the store)
      await disk.remove('run/latest.json.partial');
      expect(await contents(disk)).toEqual(finished);
    }
    expect(seen.has(old)).toBe(true);
    expect(cost).toBeGreaterThan(700);
  });

  it('on a disk that fills up at any byte says so, leaves the old state and takes no room', async () => {
    const fresh = await savedStore(...steps);
    const before = await contents(fresh());
    const bytesToWrite = await bytesWritten(fresh());
    for (let byte = 0; byte < bytesToWrite; byte++) {
      const disk = fresh();
      const full = faultyStore(disk, { failAfterBytes: byte, fault: 'full' });
      const error = await saveTrainingState(full, 'run', stateAt(3)).catch((caught: Error) => caught);
      expect(error).toMatchObject({
        code: 'ENOSPC',
        message: expect.stringMatching(/^could not write run\/(state-3\/)?[a-z.]+: the disk is full \(ENOSPC\)$/),
      });
      expect(await contents(disk)).toEqual(before);
      expect(await stepOf(disk)).toBe(old);
    }
  });
});

/** The smallest disk on which the save succeeds. */
async function bytesWritten(disk: FileStore): Promise<number> {
  let bytes = 0;
  const counting: FileStore = {
    ...disk,
    write: (path, data) => {
      bytes += data.length;
      return disk.write(path, data);
    },
  };
  await saveTrainingState(counting, 'run', stateAt(3));
  return bytes;
}
