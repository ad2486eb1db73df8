import type { HuggingFaceFolder, JsonObject } from '@ashlar/checkpoint';
import type { Module } from '@ashlar/nn';
import type { Optimizer } from '@ashlar/optim';
import type { TrainEvent } from './events.js';
import type { LossCurve } from './loss-curve.js';
import type { HostBatch, Objective, TokenBatch } from './objective.js';
import type { PauseSwitch } from './pause.js';
import type { Run } from './run.js';
import type { StepResult } from './training-step.js';
import { Training } from './training.js';

export interface EvaluationPlan<B extends HostBatch = TokenBatch> {
  /** After how many steps the held-out split is evaluated; also before the first and after the last. */
  every: number;
  /** The whole held-out split, anew each time. */
  batches: () => Iterable<B>;
  /** Bytes of text that the split predicts, for bits per byte. @default unknown */
  bytes?: number;
  /** Looks at the model at each evaluation (samples, probes); recorded with it, so the same state must give the same. */
  probe?: (step: number) => Promise<JsonObject>;
}

/** How training in steps of one's own is evaluated. */
export interface MeasurementPlan {
  /** After how many steps; also before the first and after the last. */
  every: number;
  /** Looks at the model; recorded as `eval_<name>`, so the same state must give the same. */
  measure: (step: number) => Promise<Record<string, number>>;
}

/** What every kind of training takes. */
export interface CommonTrainOptions<M extends Module> {
  model: M;
  optimizer: Optimizer;
  /** Optimizer steps in all. */
  steps: number;
  /** The learning rate of a step, which counts from 0. */
  schedule: (step: number) => number;
  /** Where everything is kept. @default nothing is kept */
  run?: Run;
  /** After how many steps the exact state is saved. @default as often as is evaluated, else only at the end */
  checkpointEvery?: number;
  /** Makes the Hugging Face folders `best` and `model` of the run. @default they are not written */
  exportModel?: (model: M) => Promise<HuggingFaceFolder>;
  /** What guessing costs, for the picture of the curves. */
  baseline?: LossCurve['baseline'];
  /** Ends training after the step it is at; its state is saved. */
  signal?: AbortSignal;
  pause?: PauseSwitch;
  /** Called with each event before it is yielded, and awaited; may look at the model. */
  callbacks?: readonly ((event: TrainEvent) => void | Promise<void>)[];
}

/** Training on batches: an objective is minimized. */
export interface TrainOptions<M extends Module, B extends HostBatch = TokenBatch> extends CommonTrainOptions<M> {
  objective: Objective<M, B>;
  /** The micro-batches of a step, which counts from 0; must depend on nothing else, or resuming is not exact. */
  batches: (step: number) => readonly B[] | Promise<readonly B[]>;
  /** Largest global norm of the gradient; null does not clip. @default 1 */
  maxGradNorm?: number | null;
  /** Of the dropout masks. @default 0 */
  seed?: number;
  evaluation?: EvaluationPlan<B>;
}

/** Training in steps of one's own, such as the iterations of PPO: each makes its data and may update many times. */
export interface CustomTrainOptions<M extends Module> extends CommonTrainOptions<M> {
  /**
   * Does a step, which counts from 0. What it does must depend on nothing but the step, the model, the optimizer and
   * `state`, or resuming is not exact.
   *
   * @throws NonFiniteError to end training; what was saved last is kept
   */
  performStep: (step: number, learningRate: number) => Promise<StepResult>;
  /** What else a step depends on and changes: saved with each checkpoint. @default nothing */
  state?: { save: () => JsonObject; load: (saved: JsonObject) => void };
  measurement?: MeasurementPlan;
}

/**
 * Trains a model: the one loop. Yields what happens; between two events nothing runs, so the consumer may use the model.
 *
 * With a `run`, everything is kept in its folder and a run that was interrupted goes on where it was, to the same bytes.
 * Model and optimizer stay the caller's.
 *
 * @throws NonFiniteError when a loss or gradient is not finite; the state before that step is saved first, for steps of
 *   one's own what was saved last is kept
 */
export async function* train<M extends Module, B extends HostBatch = TokenBatch>(
  options: TrainOptions<M, B> | CustomTrainOptions<M>,
): AsyncGenerator<TrainEvent, void, undefined> {
  const { callbacks = [] } = options;
  for await (const event of new Training(options).events()) {
    for (const callback of callbacks) await callback(event);
    yield event;
  }
}
