import { describe, test } from 'vitest';
import { conformance } from '../src/testing/index.js';
import { webgpuPrograms as programs } from './programs.js';
import { webgpuInNode } from './webgpu-in-node.js';

const { reason: none, plugin } = await webgpuInNode();

describe(`conformance on webgpu in Node${none ? `: ${none}` : ''}`, () => {
  for (const { name, reason, run } of conformance(plugin, { tolerance: 5e-5, programs }))
    test.skipIf(none ?? reason)(name, run);
});
