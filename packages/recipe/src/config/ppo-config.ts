import { check, checkBelow, checkPositive, checkWhole } from './checks.js';

/** Learning from a reward. */
export interface PpoConfig {
  /** Rounds of sampling and learning. */
  iterations: number;
  /** Questions answered in each. */
  batchSize: number;
  /** Answers in each update. */
  minibatchSize: number;
  /** Passes over each batch. */
  epochs: number;
  /** Falls in a line to 0. */
  learningRate: number;
  /** Tokens of an answer at most. */
  maxNewTokens: number;
  temperature: number;
  /** What a nat away from the reference costs. */
  klCoefficient: number;
  /** Nats an answer that the coefficient is steered towards; null keeps it fixed. */
  klTarget: number | null;
  /** Answers over which an adaptive coefficient moves by its own size. */
  klHorizon: number;
  /** What an answer loses that does not come to an end. */
  missingEosPenalty: number;
  /** Width of adapters that are trained in place of the whole policy, which without them is the reference; null for none. */
  adapterRank: number | null;
  /** Questions whose answers before PPO say how rewards are scaled. */
  scaleQuestions: number;
  /** After how many iterations the exact state is saved. */
  checkpointEvery: number;
}

/** Settings that hold a number or null. */
export const nullableInPpo = ['klTarget', 'adapterRank'];

/** @throws RangeError of one sentence; `part` is where the settings stand */
export function checkPpo(config: PpoConfig, part = ''): void {
  const { iterations, batchSize, minibatchSize, epochs, maxNewTokens, scaleQuestions, checkpointEvery } = config;
  const { learningRate, temperature, klCoefficient, klTarget, klHorizon, missingEosPenalty, adapterRank } = config;
  checkWhole(part, 1, { iterations, batchSize, minibatchSize, epochs, maxNewTokens, checkpointEvery });
  checkWhole(part, 2, { scaleQuestions });
  check(
    batchSize % minibatchSize === 0,
    `${part}minibatchSize`,
    `a divisor of batchSize (${batchSize})`,
    minibatchSize,
  );
  checkPositive(part, { temperature, klHorizon });
  checkBelow(part, Infinity, { learningRate, klCoefficient, missingEosPenalty });
  if (klTarget !== null) checkPositive(part, { klTarget });
  if (adapterRank !== null) checkWhole(part, 1, { adapterRank });
}
