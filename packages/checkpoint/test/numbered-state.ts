import type { HostTensor } from '@ashlar/nn';
import type { TrainingState } from '../src/index.js';

const filled = (size: number, value: number): HostTensor => ({
  dtype: 'float32',
  shape: [size],
  data: new Float32Array(size).fill(value),
});

/** A state whose every part tells its step, so that a mixture shows. */
export const stateAt = (step: number, size = 2000): TrainingState => ({
  model: new Map([['w', filled(size, step / 3)]]),
  optimizer: { step, tensors: new Map([['w.exp_avg', filled(size, -step)]]) },
  progress: { step, bestLoss: step / 7 },
});
