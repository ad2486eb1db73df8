import { describe, test } from 'vitest';
import { conformance } from '../src/testing/index.js';
import { wasmInPage } from './browser.js';

describe('conformance on wasm', () => {
  for (const { name, reason, run } of conformance(wasmInPage)) test.skipIf(reason)(name, run);
});
