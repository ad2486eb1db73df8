import { describe, test } from 'vitest';
import { conformance } from '../src/testing/index.js';
import { webgpuOnDevice } from './browser.js';
import { webgpuPrograms as programs } from './programs.js';

describe('conformance on webgpu', () => {
  for (const { name, reason, run } of conformance(webgpuOnDevice, { tolerance: 5e-5, programs }))
    test.skipIf(reason)(name, run);
});
