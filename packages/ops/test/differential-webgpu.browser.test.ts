import { describe, test } from 'vitest';
import { cpu } from '../src/cpu/index.js';
import { differential } from '../src/testing/index.js';
import { webgpuOnDevice } from './browser.js';

describe('webgpu computes what cpu computes', () => {
  for (const { name, reason, run } of differential(webgpuOnDevice, cpu, { tolerance: 5e-5 })) test.skipIf(reason)(name, run);
});
