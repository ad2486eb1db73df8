import { beforeAll, describe, expect, test } from 'vitest';
import { cpu } from '../src/cpu/index.js';
import { useBackend } from '../src/index.js';
import { wasm } from '../src/wasm/index.js';
import { firstLosses, spike } from './spike/index.js';

const losses: number[] = [];

beforeAll(async () => {
  await useBackend(cpu());
  losses.push(...(await firstLosses(200)));
});

test('the model learns', () => {
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
});

describe.each([cpu(), wasm()])('$name', (plugin) => {
  for (const { name, run } of spike(plugin, { losses })) test(name, run);
});
