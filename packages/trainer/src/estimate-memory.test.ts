import { parameters, type HostTensor } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { peakMemory } from '@ashlar/ops/testing';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { estimateMemory, nextTokenObjective, supervisedObjective } from './index.js';
import { trainingStep } from './training-step.js';

const base = {
  numLayers: 2,
  hiddenSize: 32,
  numHeads: 2,
  contextLength: 32,
  vocabSize: 65,
  dropout: 0,
  batch: 4,
  accumulation: 1,
  checkpointing: false,
  objective: nextTokenObjective,
};
type Case = typeof base;

const grid: Partial<Case>[] = [
  {},
  { numLayers: 6, batch: 8 },
  { hiddenSize: 96, numHeads: 4, batch: 1 },
  { contextLength: 128, batch: 2 },
  { vocabSize: 1000 },
  { vocabSize: 1000, accumulation: 4, batch: 8 },
  { numLayers: 6, batch: 8, checkpointing: true },
  { dropout: 0.1, batch: 8 },
  { dropout: 0.1, batch: 8, checkpointing: true, accumulation: 2 },
  { hiddenSize: 30, numHeads: 3, numLayers: 3 },
  { objective: supervisedObjective as typeof nextTokenObjective, vocabSize: 500 },
];

/** `npm run test:memory`: the shape of nanoGPT on a CPU, and larger ones. */
const large: Partial<Case>[] = [
  { numLayers: 4, hiddenSize: 128, numHeads: 4, contextLength: 64, batch: 12 },
  { numLayers: 4, hiddenSize: 128, numHeads: 4, contextLength: 64, batch: 12, dropout: 0.1, checkpointing: true },
  { numLayers: 6, hiddenSize: 192, numHeads: 6, contextLength: 128, batch: 32, vocabSize: 2048 },
  { numLayers: 6, hiddenSize: 192, numHeads: 6, contextLength: 128, batch: 32, vocabSize: 2048, accumulation: 8 },
  { numLayers: 6, hiddenSize: 384, numHeads: 6, contextLength: 256, batch: 8 },
  { numLayers: 6, hiddenSize: 384, numHeads: 6, contextLength: 256, batch: 8, checkpointing: true },
  { numLayers: 2, hiddenSize: 256, numHeads: 4, contextLength: 1024, batch: 1 },
  { numLayers: 2, hiddenSize: 128, numHeads: 4, contextLength: 64, batch: 2, vocabSize: 50_257 },
];

const isLarge = process.env['MEMORY'] === 'large';

/** What a step with all that it needs takes: what is estimated, and what is. */
async function both({ batch, accumulation, checkpointing, objective, ...config }: Case) {
  const { contextLength: seq, vocabSize } = config;
  const rows = batch / accumulation;
  const data = Int32Array.from({ length: rows * seq }, (_, i) => i % vocabSize);
  const ids: HostTensor = { dtype: 'int32', shape: [rows, seq], data };
  const batches = Array.from({ length: accumulation }, () => ({ inputIds: ids, targets: ids }));
  const make = () => new Gpt2(config, { gradientCheckpointing: checkpointing });
  const estimate = estimateMemory({ model: make, objective, batches });
  const measured = await peakMemory(async () => {
    using model = make();
    const trained = parameters(model);
    const optimizer = new AdamW(trained);
    const settings = { model, objective, optimizer, parameters: trained, batches, learningRate: 1e-3 };
    for (const step of [0, 1]) await trainingStep({ ...settings, maxGradNorm: 1, seed: 1, step });
    optimizer.dispose();
  });
  return { estimate, measured };
}

describe.each(isLarge ? [wasm()] : [wasm(), cpu()])('estimateMemory on $name', (backend) => {
  it.each((isLarge ? large : grid).map((changes) => ({ changes, name: JSON.stringify(changes) })))(
    'is within 15 % of the measured peak with $name',
    async ({ changes }) => {
      await useBackend(backend);
      const before = tf.memory();
      const { estimate, measured } = await both({ ...base, ...changes });
      if (isLarge) console.log(`${(measured / 1e6).toFixed(1)} MB, estimated ${(estimate.peak / 1e6).toFixed(1)} MB`);
      expect(Math.abs(estimate.peak / measured - 1)).toBeLessThan(0.15);
      const { peak, ...terms } = estimate;
      expect(Object.values(terms).reduce((sum, bytes) => sum + bytes)).toBe(peak);
      expect(tf.memory()).toEqual(before);
    },
    120_000,
  );
});
