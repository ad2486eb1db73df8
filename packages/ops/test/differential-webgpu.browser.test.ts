import { describe, test } from 'vitest';
import { cpu } from '../src/cpu/index.js';
import { differential } from '../src/testing/index.js';
import { webgpuOnDevice } from './browser.js';

// tables of sines (rotary, sinusoidal positions) are made on the host for this reason
const skip = [{ reason: 'GPUs may be off by 2^-11 in sine and cosine', tests: /^tf\.(sin|cos),/ }];

describe('webgpu computes what cpu computes', () => {
  for (const { name, reason, run } of differential(webgpuOnDevice, cpu, { tolerance: 5e-5, skip }))
    test.skipIf(reason)(name, run);
});
