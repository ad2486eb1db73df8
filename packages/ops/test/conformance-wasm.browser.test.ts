import { describe, test } from 'vitest';
import { conformance } from '../src/testing/index.js';
import { wasmInPage } from './browser.js';

const skip = [{ reason: 'no kernel', tests: /^attention (window|prefix|distance bias)/ }];

describe('conformance on wasm', () => {
  for (const { name, reason, run } of conformance(wasmInPage, { skip })) test.skipIf(reason)(name, run);
});
