import { describe, test } from 'vitest';
import { cpu } from '../src/cpu/index.js';
import { differential } from '../src/testing/index.js';
import { webglOnDevice } from './browser.js';

describe('webgl computes what cpu computes', () => {
  for (const { name, reason, run } of differential(webglOnDevice, cpu)) test.skipIf(reason)(name, run);
});
