import { expect, it } from 'vitest';
import { testFileStore } from '../test/file-store-suite.js';
import { loadTrainingState, saveTrainingState } from './index.js';
import { opfsStore } from './opfs.js';

let stores = 0;
const newStore = () => opfsStore(`test-${performance.timeOrigin}/${stores++}`);

testFileStore('opfsStore', newStore);

it('keeps a training state', async () => {
  const store = newStore();
  const tensors = new Map([['w', { dtype: 'float32' as const, shape: [2], data: new Float32Array([0.1, -3]) }]]);
  const state = { model: tensors, optimizer: { step: 5, tensors }, progress: { step: 5, bestLoss: 1.25 } };
  await saveTrainingState(store, 'run/checkpoints', state);
  expect(await loadTrainingState(store, 'run/checkpoints')).toMatchObject(state);
});
