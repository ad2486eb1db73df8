import { readFileSync } from 'node:fs';

/** A committed run of PyTorch that defines a job: `tooling/reference/trajectory.py`. */
export interface Trajectory {
  versions: Record<string, string>;
  seed: number;
  text: { stream: string; length: number; first: number[] };
  model: { vocabSize: number; contextLength: number; hiddenSize: number; numLayers: number; numHeads: number };
  batchSize: number;
  optimizer: { betas: [number, number]; eps: number; weightDecay: number; maxGradNorm: number };
  schedule: { learningRate: number; warmupSteps: number; decaySteps: number; minLearningRate: number };
  /** PyTorch's loss of each step, in nats. */
  losses: number[];
  /** Final parameters by path, summarised. */
  parameters: Record<string, unknown>;
}

/** Reads the trajectory of a shape. */
export function readTrajectory(shape = 'config-a'): Trajectory {
  const file = new URL(`../../../packages/trainer/test/fixtures/trajectory-${shape}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Trajectory;
}
