import type { JsonObject } from '@ashlar/checkpoint';
import type { StepResult } from './training-step.js';

/** Training begins, or goes on after `step` steps that were done before. */
export interface StartEvent {
  type: 'start';
  step: number;
  steps: number;
  /** Trainable values. */
  parameters: number;
  /** Why newer checkpoints were passed over, a sentence each; none in a healthy folder. */
  passedOver: string[];
}

/** One optimizer step was done; `step` counts from 1, `loss` is that of before the update. */
export interface StepEvent extends StepResult {
  type: 'step';
  step: number;
  learningRate: number;
  milliseconds: number;
}

/** The loss over the whole held-out split after `step` steps. */
export interface EvaluationEvent {
  type: 'evaluation';
  step: number;
  loss: number;
  perplexity: number;
  /** null where the number of bytes is not known. */
  bitsPerByte: number | null;
  metrics: Record<string, number>;
  /** Whether no earlier loss was lower. */
  isBest: boolean;
  /** What `probe` found. */
  probe: JsonObject | null;
  milliseconds: number;
}

/** What a function of the caller's found after `step` steps of the caller's own. */
export interface MeasurementEvent {
  type: 'measurement';
  step: number;
  metrics: Record<string, number>;
  milliseconds: number;
}

/** The exact state was saved. */
export interface CheckpointEvent {
  type: 'checkpoint';
  step: number;
  folder: string;
}

/** Training holds, or goes on after holding. */
export interface PauseEvent {
  type: 'paused' | 'continued';
  step: number;
}

/** Training was told to stop, and can be resumed from `step` if it has a run folder. */
export interface StoppedEvent {
  type: 'stopped';
  step: number;
}

/** All steps are done. */
export interface DoneEvent {
  type: 'done';
  step: number;
  /** Mean training loss of the last tenth of the steps; null if none was done. */
  trainLoss: number | null;
  /** The last evaluation. */
  evaluation: EvaluationEvent | null;
  best: BestLoss | null;
}

/** The lowest held-out loss and the step it was reached at. */
export type BestLoss = { step: number; loss: number };

export type TrainEvent =
  StartEvent | StepEvent | EvaluationEvent | MeasurementEvent | CheckpointEvent | PauseEvent | StoppedEvent | DoneEvent;
