import { describe, test } from 'vitest';
import { conformance } from '../src/testing/index.js';
import { wasm } from '../src/wasm/index.js';

describe('conformance on wasm', () => {
  for (const { name, reason, run } of conformance(wasm)) test.skipIf(reason)(name, run);
});
