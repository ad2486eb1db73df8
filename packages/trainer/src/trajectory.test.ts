import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, it } from 'vitest';
import configA from '../test/fixtures/trajectory-config-a.json' with { type: 'json' };
import nano from '../test/fixtures/trajectory-nano.json' with { type: 'json' };
import { expectTrajectory } from '../test/trajectory.js';

afterEach(() => expect(tf.memory().numTensors).toBe(0));

const tolerance = 1e-5;

it.each([cpu(), wasm()])('nano follows PyTorch for 200 steps on $name', { timeout: 300_000 }, async (backend) => {
  await useBackend(backend);
  await expectTrajectory(nano, tolerance);
});

it('the shape of nanoGPT on a CPU follows PyTorch for 200 steps on wasm', { timeout: 300_000 }, async () => {
  await useBackend(wasm());
  await expectTrajectory(configA, tolerance);
});
