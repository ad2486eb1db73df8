import { beforeAll, describe, test } from 'vitest';
import { cpu } from '../src/cpu/index.js';
import { useBackend } from '../src/index.js';
import { wasmInPage, webglOnDevice, webgpuOnDevice } from './browser.js';
import { firstLosses, spike } from './spike/index.js';

const losses: number[] = [];

beforeAll(async () => {
  await useBackend(cpu());
  losses.push(...(await firstLosses(40)));
});

describe.each([
  { plugin: wasmInPage(), tolerance: 1e-5 },
  { plugin: webglOnDevice(), tolerance: 1e-5 },
  { plugin: webgpuOnDevice(), tolerance: 5e-5 },
])('$plugin.name', ({ plugin, tolerance }) => {
  for (const { name, run } of spike(plugin, { losses, tolerance })) test(name, run);
});
