import * as tf from '@tensorflow/tfjs-core';
// the main entry of tfjs-core registers no gradients
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { registerGradients, useBackend } from '@ashlar/ops';
import { webgl } from '@ashlar/ops/webgl';
import { webgpu } from '@ashlar/ops/webgpu';
import { expect, test } from 'vitest';
import { count, type Traffic } from '../src/dispatches/count.js';
import { ashlarStep, tfjsStep, type Step } from '../src/dispatches/steps.js';

const names = ['webgl', 'webgpu'] as const;
/** A software GPU takes minutes for the stock operations of a step. */
const timeout = 1_200_000;
const counted: Record<string, { traffic: Traffic; losses: number[]; ms: number }> = {};

/** The traffic of the second step: the first compiles, and makes what lasts. */
async function measure(name: string, { step, dispose }: { step: Step; dispose(): void }): Promise<void> {
  const losses = [await step()];
  const started = performance.now();
  const traffic = await count(async () => void losses.push(await step()));
  counted[name] = { traffic, losses, ms: performance.now() - started };
  dispose();
}

// stock operations first, before Ashlar replaces gradients and kernels in this page
test.each(names)('a training step in stock operations on %s', { timeout }, async (name) => {
  await tf.setBackend(name);
  await measure(`tfjs ${name}`, await tfjsStep());
});

test.each([webgl(), webgpu()])('a training step of Ashlar on $name', { timeout }, async (plugin) => {
  await useBackend(plugin);
  registerGradients();
  await measure(`ashlar ${plugin.name}`, ashlarStep());
  expect(plugin.problems!()).toEqual([]);
});

test.each(names)('dispatches and bytes on %s are at most 0.4 of those of stock operations', (name) => {
  const [ours, theirs] = [counted[`ashlar ${name}`]!, counted[`tfjs ${name}`]!];
  ours.losses.forEach((loss, i) => expect(loss).toBeCloseTo(theirs.losses[i]!, 3));
  const total = ({ traffic }: { traffic: Traffic }) => traffic.read + traffic.written;
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  const line = (title: string, { traffic, ms }: typeof ours) =>
    `${title}: ${traffic.dispatches} dispatches, ${megabytes(traffic.read)} MB read, ${megabytes(traffic.written)} MB written, ${ms.toFixed(0)} ms`;
  const ratios = {
    dispatches: ours.traffic.dispatches / theirs.traffic.dispatches,
    bytes: total(ours) / total(theirs),
  };
  console.log(
    [line(`ashlar ${name}`, ours), line(`tfjs ${name}`, theirs), `ratios ${JSON.stringify(ratios)}`].join('\n'),
  );
  expect(ratios.dispatches).toBeLessThanOrEqual(0.4);
  expect(ratios.bytes).toBeLessThanOrEqual(0.4);
});
