import { useBackend } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { browserBackends } from '../test/browser-backends.js';
import nano from '../test/fixtures/trajectory-nano.json' with { type: 'json' };
import { expectTrajectory } from '../test/trajectory.js';

it.each(browserBackends)(
  'nano follows PyTorch for 200 steps on $name',
  { timeout: 900_000 },
  async ({ name, plugin, tolerance, cpuFlag }) => {
    await useBackend(plugin);
    // small tensors too: this is about the kernels of the backend
    if (cpuFlag) tf.env().set(cpuFlag, false);
    await expectTrajectory(nano, tolerance);
    expect(tf.getBackend()).toBe(name);
    expect(tf.memory().numTensors).toBe(0);
  },
);
