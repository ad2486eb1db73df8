import { describe, test } from 'vitest';
import { cpu } from '../src/cpu/index.js';
import { conformance } from '../src/testing/index.js';

describe('conformance on cpu', () => {
  for (const { name, reason, run } of conformance(cpu)) test.skipIf(reason)(name, run);
});
