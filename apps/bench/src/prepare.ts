import { mkdtempSync, writeFileSync } from 'node:fs';
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
function parameterTable({ vocabSize, contextLength, hiddenSize, numLayers }: Job['model']) {
  const std = 0.02;
  const residual = std / Math.sqrt(2 * numLayers);
  const layers = Array.from({ length: numLayers }, (_, i): [string, number[], number][] => [
    [`h.${i}.ln_1.weight`, [hiddenSize], 0],
    [`h.${i}.attn.c_attn.weight`, [3 * hiddenSize, hiddenSize], std],
    [`h.${i}.attn.c_proj.weight`, [hiddenSize, hiddenSize], residual],
    [`h.${i}.ln_2.weight`, [hiddenSize], 0],
    [`h.${i}.mlp.c_fc.weight`, [4 * hiddenSize, hiddenSize], std],
    [`h.${i}.mlp.c_proj.weight`, [hiddenSize, 4 * hiddenSize], residual],
  ]);
  const table: [string, number[], number][] = [
    ['wte.weight', [vocabSize, hiddenSize], std],
    ['wpe.weight', [contextLength, hiddenSize], std],
    ...layers.flat(),
    ['ln_f.weight', [hiddenSize], 0],
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

/** Writes `job.json` and `weights.bin` into a new temporary folder and returns its path. */
export function writeJob(trajectory: Trajectory): string {
  const { seed, model, batchSize, optimizer } = trajectory;
  const parameters: Job['parameters'] = [];
  const arrays: Float32Array[] = [];
  let offset = 0;
  for (const [path, shape, std] of parameterTable(model)) {
    const size = shape.reduce((a, b) => a * b, 1);
    arrays.push(
      std ? new RandomStream(seed, `init/${path}`).normalArray(size, { std }) : new Float32Array(size).fill(1),
    );
    parameters.push({ path, shape, offset });
    offset += size;
  }
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-bench-'));
  const job: Job = { model, batchSize, optimizer, parameters, ids: markovIds(trajectory) };
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job));
  writeFileSync(join(folder, 'weights.bin'), Buffer.concat(arrays.map((a) => Buffer.from(a.buffer))));
  return folder;
}
