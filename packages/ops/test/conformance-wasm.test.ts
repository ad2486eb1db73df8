import { describe, test } from 'vitest';
import { conformance } from '../src/testing/index.js';
import { wasm } from '../src/wasm/index.js';

const skip = [{ reason: 'no kernel', tests: /^attention (window|prefix|distance bias)/ }];

describe('conformance on wasm', () => {
  for (const { name, reason, run } of conformance(wasm, { skip })) test.skipIf(reason)(name, run);
});
