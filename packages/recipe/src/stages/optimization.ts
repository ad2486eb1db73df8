import { parameters, type Module } from '@ashlar/nn';
import { AdamW, nanoGptSchedule } from '@ashlar/optim';
import type { TrainingConfig } from '../config/training-config.js';

/** What `train` takes of a training config; the caller disposes the optimizer. */
export function optimization(model: Module, training: TrainingConfig) {
  const { steps, beta1, beta2, eps, weightDecay, maxGradNorm } = training;
  return {
    optimizer: new AdamW(parameters(model), { betas: [beta1, beta2], eps, weightDecay }),
    steps,
    schedule: nanoGptSchedule({ ...training, decaySteps: steps }),
    maxGradNorm,
  };
}
