import { describe, test } from 'vitest';
import { conformance } from '../src/testing/index.js';
import { webglOnDevice } from './browser.js';
import { webglPrograms as programs } from './programs.js';

describe('conformance on webgl', () => {
  for (const { name, reason, run } of conformance(webglOnDevice, { programs })) test.skipIf(reason)(name, run);
});
