import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { cpu } from '../cpu/index.js';
import { linear } from '../ops/linear.js';
import { peakMemory } from '../testing/index.js';
import { wasm } from '../wasm/index.js';
import { countMemory, memoryLimit } from './index.js';

afterEach(() => expect(tf.memory().numTensors).toBe(0));

describe.each([cpu(), wasm()])('countMemory on $name', (backend) => {
  test('says how much is held at most, in which phase and shape', async () => {
    await useBackend(backend);
    const { bytes, held } = countMemory((phase) => {
      phase('first');
      const a = tf.ones([10, 10]);
      phase('second');
      tf.tidy(() => void tf.exp(tf.exp(a)));
      tf.exp(a);
    });
    expect(bytes).toBe(3 * 400);
    expect(held.map(({ phase, shape }) => `${phase} ${shape}`)).toEqual([
      'first 10,10',
      'second 10,10',
      'second 10,10',
    ]);
  });

  test('counts what no machine could hold, in no time', async () => {
    await useBackend(backend);
    const million = () => tf.fill([2 ** 20, 2 ** 20], 0);
    expect(countMemory(() => void tf.add(million(), million())).bytes).toBe(3 * 2 ** 42);
  });

  test('counts what a kernel takes, its scratch and its temporaries too', async () => {
    await useBackend(backend);
    const run = () =>
      tf.tidy(() => {
        const x = tf.ones([300, 37]);
        for (const activation of ['gelu', 'none'] as const)
          linear(x, tf.ones([129, 37]), tf.ones([129]), { activation });
      });
    const counted = countMemory(run).bytes;
    expect(Math.abs((await peakMemory(run)) / counted - 1)).toBeLessThan(0.01);
  });

  test('leaves backend, variables and tape as they were, also after an exception', async () => {
    await useBackend(backend);
    const variable = tf.tidy(() => tf.variable(tf.scalar(7)));
    const failing = () => {
      tf.tidy(() => tf.variable(tf.ones([2])));
      throw new Error('on purpose');
    };
    expect(() => countMemory(failing)).toThrow('on purpose');
    expect(tf.getBackend()).toBe(backend.name);
    expect(variable.dataSync()[0]).toBe(7);
    variable.dispose();
  });

  test('names a kernel whose sizes it does not know', async () => {
    await useBackend(backend);
    expect(() => countMemory(() => void tf.topk(tf.ones([3]), 1))).toThrow("'TopK' not registered");
  });
});

test('a limit is known on wasm: 4 GiB without what tfjs keeps for itself', async () => {
  await useBackend(cpu());
  expect(memoryLimit()).toBeNull();
  await useBackend(wasm());
  expect(memoryLimit()).toBeLessThan(2 ** 32);
  expect(memoryLimit()).toBeGreaterThan(2 ** 32 - 2 ** 24);
});
