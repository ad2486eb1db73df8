import { closeSync, mkdtempSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RandomStream } from '@ashlar/ops';
import { nanoGptSchedule } from '@ashlar/optim';
import type { Job, Step } from './job.js';
import type { Trajectory } from './reference.js';

/** The text of the trajectory: after id `i` comes `7 i + 3` three times out of four, any id otherwise. */
function markovIds({ seed, text, model: { vocabSize } }: Trajectory): number[] {
  const stream = new RandomStream(seed, text.stream);
  const ids = [Math.floor(vocabSize * stream.uniform(0))];
  for (let i = 1; i < text.length; i++) {
    const u = stream.uniform(i);
    ids.push(u < 0.75 ? (7 * ids[i - 1]! + 3) % vocabSize : Math.floor(vocabSize * 4 * (u - 0.75)));
  }
  return ids;
}

/** Path, shape and initial standard deviation of every parameter; a deviation of 0 is a gain of 1. */
function parameterTable({ vocabSize, contextLength, hiddenSize, numLayers, bias }: Job['model']) {
  const std = 0.02;
  const residual = std / Math.sqrt(2 * numLayers);
  type Entry = [path: string, shape: number[], std: number];
  const withBias = (path: string, shape: number[], deviation: number): Entry[] => [
    [`${path}.weight`, shape, deviation],
    ...(bias ? [[`${path}.bias`, shape.slice(0, 1), std] as Entry] : []),
  ];
  const layers = Array.from({ length: numLayers }, (_, i) => [
    ...withBias(`h.${i}.ln_1`, [hiddenSize], 0),
    ...withBias(`h.${i}.attn.c_attn`, [3 * hiddenSize, hiddenSize], std),
    ...withBias(`h.${i}.attn.c_proj`, [hiddenSize, hiddenSize], residual),
    ...withBias(`h.${i}.ln_2`, [hiddenSize], 0),
    ...withBias(`h.${i}.mlp.c_fc`, [4 * hiddenSize, hiddenSize], std),
    ...withBias(`h.${i}.mlp.c_proj`, [hiddenSize, 4 * hiddenSize], residual),
  ]);
  const table: Entry[] = [
    ['wte.weight', [vocabSize, hiddenSize], std],
    ['wpe.weight', [contextLength, hiddenSize], std],
    ...layers.flat(),
    ...withBias('ln_f', [hiddenSize], 0),
  ];
  return table;
}

/** The learning rate and the batch of each of `count` steps. */
export function stepsOf(trajectory: Trajectory, count: number): Step[] {
  const { seed, batchSize, model, text, schedule } = trajectory;
  const stream = new RandomStream(seed, 'data/train');
  const learningRate = nanoGptSchedule(schedule);
  return Array.from({ length: count }, (_, step) => ({
    learningRate: learningRate(step),
    offsets: Array.from({ length: batchSize }, (_, row) =>
      Math.floor(stream.uniform(step * batchSize + row) * (text.length - model.contextLength)),
    ),
  }));
}

/**
 * Writes `job.json` and `weights.bin` into a new temporary folder and returns its path.
 * @param seed draws the weights
 */
export function writeJob(job: Omit<Job, 'parameters'>, seed: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-bench-'));
  const parameters: Job['parameters'] = [];
  const file = openSync(join(folder, 'weights.bin'), 'w');
  let offset = 0;
  for (const [path, shape, std] of parameterTable(job.model)) {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = std
      ? new RandomStream(seed, `init/${path}`).normalArray(size, { std })
      : new Float32Array(size).fill(1);
    writeSync(file, new Uint8Array(values.buffer));
    parameters.push({ path, shape, offset });
    offset += size;
  }
  closeSync(file);
  writeFileSync(join(folder, 'job.json'), JSON.stringify({ ...job, parameters }));
  return folder;
}

/** The job of the trajectory, in a new temporary folder. */
export const writeTrajectoryJob = (trajectory: Trajectory): string => {
  const { seed, model, batchSize, optimizer } = trajectory;
  return writeJob({ model: { ...model, bias: false }, batchSize, optimizer, ids: markovIds(trajectory) }, seed);
};
