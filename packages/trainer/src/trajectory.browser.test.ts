import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { webgl } from '@ashlar/ops/webgl';
import { webgpu } from '@ashlar/ops/webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import nano from '../test/fixtures/trajectory-nano.json' with { type: 'json' };
import { expectTrajectory } from '../test/trajectory.js';

it.each([
  { name: 'wasm', plugin: wasm, tolerance: 1e-5 },
  { name: 'webgl', plugin: webgl, tolerance: 1e-5 },
  { name: 'webgpu', plugin: webgpu, tolerance: 5e-5 },
])('nano follows PyTorch for 200 steps on $name', { timeout: 600_000 }, async ({ name, plugin, tolerance }) => {
  await useBackend(plugin());
  // small tensors too: this is about the kernels of the backend
  for (const flag of ['WEBGL_CPU_FORWARD', 'WEBGPU_CPU_FORWARD'])
    if (flag in tf.env().getFlags()) tf.env().set(flag, false);
  await expectTrajectory(nano, tolerance);
  expect(tf.getBackend()).toBe(name);
  expect(tf.memory().numTensors).toBe(0);
});
