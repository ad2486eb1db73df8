import type { HostTensor } from '@ashlar/nn';
import { describe, expect, it } from 'vitest';
import { type FileStore, loadTrainingState, memoryStore, saveTrainingState } from './index.js';
import type { TrainingState } from './index.js';

const tensor = (...values: number[]): HostTensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});

/** A small state whose every part tells of its step. */
const stateAt = (step: number, salt = 0): TrainingState => ({
  model: new Map([
    ['h.0.weight', tensor(step, 0.1 + salt, -0)],
    ['wte.weight', tensor(step, NaN, Infinity)],
  ]),
  optimizer: { step, tensors: new Map([['wte.weight.exp_avg', tensor(step, 1e-30)]]) },
  progress: { step, bestLoss: 1 / 3 + salt, seed: 1337, dataPosition: { epoch: 0, batch: step } },
});

async function loaded(store: FileStore, folder = 'checkpoints'): Promise<TrainingState | null> {
  const found = await loadTrainingState(store, folder);
  return found && { model: found.model, optimizer: found.optimizer, progress: found.progress };
}

const corrupt = async (store: FileStore, path: string) => {
  const bytes = (await store.read(path))!;
  bytes[bytes.length - 1]! ^= 1;
  await store.write(path, bytes);
};

describe('a training state', () => {
  it('comes back exactly', async () => {
    const store = memoryStore();
    expect(await saveTrainingState(store, 'checkpoints', stateAt(100))).toBe('checkpoints/state-100');
    expect(await loaded(store)).toEqual(stateAt(100));
    expect(await store.list()).toEqual([
      'checkpoints/latest.json',
      'checkpoints/state-100/manifest.json',
      'checkpoints/state-100/model.safetensors',
      'checkpoints/state-100/optimizer.safetensors',
      'checkpoints/state-100/progress.json',
    ]);
  });

  it('is the same bytes whenever it is saved', async () => {
    const stores = [memoryStore(), memoryStore()];
    for (const store of stores) await saveTrainingState(store, '', stateAt(7));
    for (const path of await stores[0]!.list())
      expect(await stores[1]!.read(path)).toEqual(await stores[0]!.read(path));
  });

  it('is not there before the first save', async () => {
    expect(await loadTrainingState(memoryStore(), 'checkpoints')).toBeNull();
  });

  it('makes room: the newest two stay, or as many as asked for', async () => {
    const store = memoryStore();
    for (const step of [1, 2, 3, 10]) await saveTrainingState(store, '', stateAt(step));
    const folders = async () => [...new Set((await store.list()).map((path) => path.split('/')[0]))];
    expect(await folders()).toEqual(['latest.json', 'state-10', 'state-3']);
    await saveTrainingState(store, '', stateAt(11), { keep: 1 });
    expect(await folders()).toEqual(['latest.json', 'state-11']);
  });

  it.each(['model.safetensors', 'optimizer.safetensors', 'progress.json', 'manifest.json'])(
    'gives way to the one before when its %s is damaged, cut off or missing',
    async (file) => {
      for (const damage of [
        corrupt,
        async (store: FileStore, path: string) => store.truncate(path, 10),
        async (store: FileStore, path: string) => store.remove(path),
      ]) {
        const store = memoryStore();
        for (const step of [100, 200]) await saveTrainingState(store, 'checkpoints', stateAt(step));
        await damage(store, `checkpoints/state-200/${file}`);
        // the last byte of the manifest is its final newline: it can be damaged without harm
        if (file === 'manifest.json' && damage === corrupt) continue;
        expect(await loaded(store)).toEqual(stateAt(100));
        const { passedOver } = (await loadTrainingState(store, 'checkpoints'))!;
        expect(passedOver).toEqual([expect.stringMatching(/^memory\/checkpoints\/state-200 (has|lacks|is) .*/)]);
        await saveTrainingState(store, 'checkpoints', stateAt(200));
        expect(await loaded(store)).toEqual(stateAt(200));
      }
    },
  );

  it('is found without latest.json', async () => {
    const store = memoryStore();
    for (const step of [9, 10]) await saveTrainingState(store, '', stateAt(step));
    await store.remove('latest.json');
    expect(await loaded(store, '')).toEqual(stateAt(10));
    await store.write('latest.json', new TextEncoder().encode('{"sta'));
    expect(await loaded(store, '')).toEqual(stateAt(10));
  });

  it('that was lost with all others is an error of one sentence', async () => {
    const store = memoryStore();
    await saveTrainingState(store, 'checkpoints', stateAt(5));
    await corrupt(store, 'checkpoints/state-5/model.safetensors');
    await expect(loadTrainingState(store, 'checkpoints')).rejects.toThrow(
      /^memory\/checkpoints has no complete training state: memory\/checkpoints\/state-5 has a damaged model.safetensors: its checksum is another$/,
    );
    await store.remove('checkpoints/state-5');
    await expect(loadTrainingState(store, 'checkpoints')).rejects.toThrow('memory/checkpoints/state-5 is missing');
  });

  it('of the same step replaces the one saved there, and saving it again changes nothing', async () => {
    const store = memoryStore();
    await saveTrainingState(store, '', stateAt(5));
    expect(await saveTrainingState(store, '', stateAt(5))).toBe('state-5');
    expect(await saveTrainingState(store, '', stateAt(5, 1))).toBe('state-5-2');
    expect(await loaded(store, '')).toEqual(stateAt(5, 1));
    expect(await saveTrainingState(store, '', stateAt(5, 2), { keep: 1 })).toBe('state-5-3');
    expect(await saveTrainingState(store, '', stateAt(5, 3), { keep: 1 })).toBe('state-5-4');
    expect(await loaded(store, '')).toEqual(stateAt(5, 3));
  });

  it('of an earlier step, saved by a run that was taken back, counts from then on', async () => {
    const store = memoryStore();
    for (const step of [100, 200, 300]) await saveTrainingState(store, '', stateAt(step));
    await saveTrainingState(store, '', stateAt(250, 1));
    expect(await loaded(store, '')).toEqual(stateAt(250, 1));
    expect((await store.list()).some((path) => path.startsWith('state-300'))).toBe(false);
  });

  it('with a number that JSON cannot hold is refused before anything is written', async () => {
    const store = memoryStore();
    const save = (progress: object) =>
      saveTrainingState(store, '', { ...stateAt(1), progress: progress as TrainingState['progress'] });
    await expect(save({ step: 1, bestLoss: Infinity })).rejects.toThrow('progress holds Infinity at bestLoss');
    await expect(save({ step: -1 })).rejects.toThrow('progress.step must be a whole number from 0 on, found -1');
    await expect(save({})).rejects.toThrow('found undefined');
    expect(await store.list()).toEqual([]);
  });
});
