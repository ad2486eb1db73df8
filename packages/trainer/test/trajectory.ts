import { TokenDataset } from '@ashlar/data';
import { hostStateDict, parameters, type HostTensor } from '@ashlar/nn';
import { RandomStream } from '@ashlar/ops';
import { AdamW, nanoGptSchedule } from '@ashlar/optim';
import { Gpt2, type Gpt2Config } from '@ashlar/transformer';
import { expect } from 'vitest';
import { microBatches, nextTokenObjective, train } from '../src/index.js';

/** What `tooling/reference/trajectory.py` writes. */
export interface Trajectory {
  seed: number;
  text: { length: number; first: number[] };
  model: object;
  batchSize: number;
  optimizer: { betas: number[]; eps: number; weightDecay: number; maxGradNorm: number };
  schedule: { learningRate: number; warmupSteps: number; decaySteps: number; minLearningRate: number };
  losses: number[];
  gradientNorms: number[];
  parameters: Record<string, { l2: number; indices: number[]; values: number[] }>;
}

/** The text of the reference: a chain in which three of four characters follow from the one before. */
function chain(seed: number, length: number): Int32Array {
  const stream = new RandomStream(seed, 'trajectory/ids');
  const ids = new Int32Array(length);
  ids[0] = Math.floor(65 * stream.uniform(0));
  for (let i = 1; i < length; i++) {
    const u = stream.uniform(i);
    ids[i] = u < 0.75 ? (7 * ids[i - 1]! + 3) % 65 : Math.floor(65 * 4 * (u - 0.75));
  }
  return ids;
}

/**
 * Trains as PyTorch did and compares: every loss within `tolerance`, every gradient norm and every final parameter
 * within 1e-4 of itself.
 */
export async function expectTrajectory(reference: Trajectory, tolerance: number): Promise<void> {
  const { seed, optimizer: settings, batchSize } = reference;
  const ids = chain(seed, reference.text.length);
  expect([...ids.slice(0, 16)]).toEqual(reference.text.first);
  const config = reference.model as Gpt2Config;
  const dataset = new TokenDataset(ids, { contextLength: config.contextLength });
  const model = new Gpt2(config, { seed });
  const optimizer = new AdamW(parameters(model), { ...settings, betas: settings.betas as [number, number] });
  const losses: number[] = [];
  const norms: number[] = [];
  for await (const event of train({
    model,
    optimizer,
    objective: nextTokenObjective,
    steps: reference.losses.length,
    batches: (step) => microBatches(dataset.batch(step, batchSize, seed)),
    schedule: nanoGptSchedule(reference.schedule),
    maxGradNorm: settings.maxGradNorm,
  }))
    if (event.type === 'step') {
      losses.push(event.loss);
      norms.push(event.gradNorm);
    }
  const furthest = losses.map((loss, i) => Math.abs(loss - reference.losses[i]!));
  expect(Math.max(...furthest), `at step ${furthest.indexOf(Math.max(...furthest)) + 1}`).toBeLessThan(tolerance);
  norms.forEach((norm, i) =>
    expect(Math.abs(norm / reference.gradientNorms[i]! - 1)).toBeLessThan(1e-4 * (tolerance / 1e-5)),
  );
  expectParameters(await hostStateDict(model), reference, 1e-4 * (tolerance / 1e-5));
  optimizer.dispose();
  model.dispose();
}

function expectParameters(state: Map<string, HostTensor>, reference: Trajectory, tolerance: number): void {
  expect([...state.keys()]).toEqual(Object.keys(reference.parameters).sort());
  for (const [path, { l2, indices, values }] of Object.entries(reference.parameters)) {
    const own = seen(path, state.get(path)!);
    const norm = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
    expect(Math.abs(norm / l2 - 1), path).toBeLessThan(tolerance);
    const difference = Math.hypot(...indices.map((index, i) => own[index]! - values[i]!));
    expect(difference / Math.hypot(...values), path).toBeLessThan(tolerance);
  }
}

/** Key biases are left out: attention does not see them, so that their gradient is rounding noise. */
function seen(path: string, { data }: HostTensor): number[] {
  const values = Array.from(data);
  const third = values.length / 3;
  return path.endsWith('c_attn.bias') ? [...values.slice(0, third), ...values.slice(2 * third)] : values;
}
