import { check, checkBelow, checkWhole } from './checks.js';

/** How a model is trained. */
export interface TrainingConfig {
  /** Optimizer steps in all. */
  steps: number;
  /** Rows in each optimizer step. */
  batchSize: number;
  /** Parts that each batch is computed in, one after the other, to save memory. */
  accumulation: number;
  /** Compute each block again in the backward pass: the same result with less memory and about a third more time. */
  gradientCheckpointing: boolean;
  /** nanoGPT's schedule: a rise in `warmupSteps`, then half a cosine down to `minLearningRate` at the last step. */
  learningRate: number;
  minLearningRate: number;
  warmupSteps: number;
  /** AdamW; matrices and embeddings decay. */
  beta1: number;
  beta2: number;
  eps: number;
  weightDecay: number;
  /** Largest global norm of the gradient; null does not clip. */
  maxGradNorm: number | null;
  /** After how many steps the held-out part is evaluated, a sample is drawn and the exact state is saved. */
  evaluateEvery: number;
  /** Rows in each batch of an evaluation. */
  evaluationBatchSize: number;
}

/** A training config with what is rarely changed filled in. */
export const training = (
  settings: Pick<TrainingConfig, 'steps' | 'batchSize' | 'learningRate' | 'warmupSteps' | 'evaluateEvery'> &
    Partial<TrainingConfig>,
): TrainingConfig => ({
  accumulation: 1,
  gradientCheckpointing: false,
  minLearningRate: settings.learningRate / 10,
  beta1: 0.9,
  beta2: 0.99,
  eps: 1e-8,
  weightDecay: 0.1,
  maxGradNorm: 1,
  evaluationBatchSize: 64,
  ...settings,
});

/** @throws RangeError of one sentence for the first setting that cannot work; `part` is where the settings stand */
export function checkTraining(settings: TrainingConfig, part = 'training.'): void {
  const { steps, batchSize, accumulation, warmupSteps, evaluateEvery, evaluationBatchSize, maxGradNorm } = settings;
  const { learningRate, minLearningRate, eps, weightDecay, beta1, beta2 } = settings;
  checkWhole(part, 1, { steps, batchSize, accumulation, evaluateEvery, evaluationBatchSize });
  checkWhole(part, 0, { warmupSteps });
  check(accumulation <= batchSize, `${part}accumulation`, `at most batchSize (${batchSize})`, accumulation);
  checkBelow(part, Infinity, { learningRate, minLearningRate, eps, weightDecay });
  checkBelow(part, 1, { beta1, beta2 });
  check(maxGradNorm === null || maxGradNorm > 0, `${part}maxGradNorm`, 'above 0 or null', maxGradNorm);
}
