import * as tf from '@tensorflow/tfjs-core';
import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { useBackend } from '../src/index.js';
import { conformance } from '../src/testing/index.js';
import { Device } from '../src/wasm/device.js';
import { sharingAll } from './threads.js';

const plugin = sharingAll({ threads: 2 });

describe.skipIf(availableParallelism() < 2)('conformance on wasm with 2 threads', () => {
  for (const { name, reason, run } of conformance(() => plugin)) test.skipIf(reason)(name, run);

  test('two threads on shared memory shared the work', async () => {
    await useBackend(plugin);
    const device = Device.of(tf.backend());
    expect(device.crew.threads).toBe(2);
    expect(device.words(device.scratch(64), 1).buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(device.crew.madeByWorkers).toBeGreaterThan(100);
  });
});
