import { describe, test } from 'vitest';
import { cpu } from '../src/cpu/index.js';
import { differential } from '../src/testing/index.js';
import { wasmInPage } from './browser.js';

describe('wasm computes what cpu computes', () => {
  for (const { name, reason, run } of differential(wasmInPage, cpu)) test.skipIf(reason)(name, run);
});
