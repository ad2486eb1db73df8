import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { cpu } from '../cpu/index.js';
import { wasm } from '../wasm/index.js';
import { useBackend } from './use-backend.js';

afterEach(() => tf.disposeVariables());

test('chooses the backend, also a second time', async () => {
  await useBackend(cpu());
  expect(tf.getBackend()).toBe('cpu');
  await useBackend(cpu());
  await useBackend(wasm());
  expect(tf.getBackend()).toBe('wasm');
  await useBackend(cpu());
});

test('throws while tensors of another backend live', async () => {
  await useBackend(cpu());
  const tensor = tf.ones([2]);
  await expect(useBackend(wasm())).rejects.toThrow("useBackend: 1 tensor lives on 'cpu', so 'wasm' cannot take over");
  await useBackend(cpu());
  tensor.dispose();
  await useBackend(wasm());
  await useBackend(cpu());
});

test('names the version of tfjs when an internal is missing', async () => {
  const engine = tf.engine() as { isTapeOn?: unknown };
  const original = engine.isTapeOn;
  engine.isTapeOn = undefined;
  try {
    await expect(useBackend(cpu())).rejects.toThrow(/tfjs-core 4\.22\.0 does not have engine\.isTapeOn/);
  } finally {
    delete engine.isTapeOn;
  }
  expect(engine.isTapeOn).toBe(original);
});

test('a plugin that does not take effect is an error', async () => {
  const none = { name: 'none', activate: async () => {} };
  await expect(useBackend(none)).rejects.toThrow("'none' did not become tfjs's backend; it is 'cpu'");
});
