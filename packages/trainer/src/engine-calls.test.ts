import { TokenDataset } from '@ashlar/data';
import { parameters } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, it, vi } from 'vitest';
import { microBatches, nextTokenObjective, train } from './index.js';

afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(tf.engine().state, { profiling: false });
});

it('a step of the shape of nanoGPT on a CPU is at most 180 calls of the engine, clones counted', async () => {
  await useBackend(wasm());
  const contextLength = 64;
  const model = new Gpt2({ vocabSize: 65, contextLength, hiddenSize: 128, numLayers: 4, numHeads: 4, bias: false });
  const optimizer = new AdamW(parameters(model));
  const dataset = new TokenDataset(
    Int32Array.from({ length: 1000 }, (_, i) => (7 * i) % 65),
    { contextLength },
  );
  // while tfjs profiles, fused ops go through the engine too
  Object.assign(tf.engine().state, { profiling: true });
  const calls = vi.spyOn(tf.engine() as unknown as { runKernelFunc: () => unknown }, 'runKernelFunc');
  const perStep: number[] = [];
  for await (const event of train({
    model,
    optimizer,
    objective: nextTokenObjective,
    steps: 3,
    batches: (step) => microBatches(dataset.batch(step, 12, 0)),
    schedule: () => 1e-3,
    maxGradNorm: 1,
  })) {
    if (event.type !== 'step') continue;
    perStep.push(calls.mock.calls.length);
    calls.mockClear();
  }
  expect(perStep).toHaveLength(3);
  expect(Math.max(...perStep)).toBeLessThanOrEqual(180);
  // fewer than the parts of the model: the calls were not seen
  expect(Math.min(...perStep)).toBeGreaterThan(80);
  optimizer.dispose();
  model.dispose();
});
