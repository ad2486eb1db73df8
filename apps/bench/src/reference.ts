import { readFileSync } from 'node:fs';

/** The committed run of PyTorch that defines the job: `tooling/reference/trajectory.py config-a`. */
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

const file = new URL('../../../packages/trainer/test/fixtures/trajectory-config-a.json', import.meta.url);

/** Reads the trajectory. */
export const readTrajectory = (): Trajectory => JSON.parse(readFileSync(file, 'utf8')) as Trajectory;
