import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { useBackend } from '../src/index.js';
import { conformance } from '../src/testing/index.js';
import { Device } from '../src/wasm/device.js';
import { wasmPaths } from './browser.js';
import { sharingAll } from './threads.js';

const plugin = sharingAll({ threads: 2, wasmPaths });

// this is the main thread of a page, which may not sleep
describe.skipIf(navigator.hardwareConcurrency < 2)('conformance on wasm with 2 threads', () => {
  for (const { name, reason, run } of conformance(() => plugin)) test.skipIf(reason)(name, run);

  test('two threads of an isolated page shared the work', async () => {
    expect(crossOriginIsolated).toBe(true);
    await useBackend(plugin);
    expect(Device.of(tf.backend()).crew).toMatchObject({ threads: 2 });
    expect(Device.of(tf.backend()).crew.madeByWorkers).toBeGreaterThan(100);
  });
});
