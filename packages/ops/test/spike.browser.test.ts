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

describe.each([{ plugin: wasmInPage() }, { plugin: webglOnDevice() }, { plugin: webgpuOnDevice(), tolerance: 5e-5 }])(
  '$plugin.name',
  ({ plugin, ...options }) => {
    // a software GPU takes a tenth to a quarter of a second a step
    for (const { name, run } of spike(plugin, { losses, ...options })) test(name, run, 1_200_000);
  },
);
