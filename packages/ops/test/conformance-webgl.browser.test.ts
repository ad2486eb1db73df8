import { describe, test } from 'vitest';
import { conformance } from '../src/testing/index.js';
import { webglOnDevice } from './browser.js';

describe('conformance on webgl', () => {
  for (const { name, reason, run } of conformance(webglOnDevice)) test.skipIf(reason)(name, run);
});
