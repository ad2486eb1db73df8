import type { HuggingFaceFolder, JsonObject } from '@ashlar/checkpoint';
import { parameters, type Module } from '@ashlar/nn';
import type { Optimizer } from '@ashlar/optim';
import { breathe } from './breathe.js';
import { bitsPerByte, evaluate, perplexity } from './evaluate.js';
import type { BestLoss, EvaluationEvent, TrainEvent } from './events.js';
import type { CurvePoint, LossCurve } from './loss-curve.js';
import type { HostBatch, Objective, TokenBatch } from './objective.js';
import type { PauseSwitch } from './pause.js';
import type { Run } from './run.js';
import { NonFiniteError, trainingStep } from './training-step.js';

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

export interface TrainOptions<M extends Module, B extends HostBatch = TokenBatch> {
  model: M;
  objective: Objective<M, B>;
  optimizer: Optimizer;
  /** Optimizer steps in all. */
  steps: number;
  /** The micro-batches of a step, which counts from 0; must depend on nothing else, or resuming is not exact. */
  batches: (step: number) => readonly B[] | Promise<readonly B[]>;
  /** The learning rate of a step, which counts from 0. */
  schedule: (step: number) => number;
  /** Largest global norm of the gradient; null does not clip. @default 1 */
  maxGradNorm?: number | null;
  /** Of the dropout masks. @default 0 */
  seed?: number;
  evaluation?: EvaluationPlan<B>;
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

/**
 * Trains a model: the one loop. Yields what happens; between two events nothing runs, so the consumer may use the model.
 *
 * With a `run`, everything is kept in its folder and a run that was interrupted goes on where it was, to the same bytes.
 * Model and optimizer stay the caller's.
 *
 * @throws NonFiniteError when a loss or gradient is not finite; the state before that step is saved first
 */
export async function* train<M extends Module, B extends HostBatch = TokenBatch>(
  options: TrainOptions<M, B>,
): AsyncGenerator<TrainEvent, void, undefined> {
  const { callbacks = [] } = options;
  for await (const event of loop(options)) {
    for (const callback of callbacks) await callback(event);
    yield event;
  }
}

async function* loop<M extends Module, B extends HostBatch>(options: TrainOptions<M, B>): AsyncGenerator<TrainEvent> {
  const { model, optimizer, run, steps, evaluation: plan, signal, pause, baseline } = options;
  const checkpointEvery = options.checkpointEvery ?? plan?.every ?? Infinity;
  const trained = parameters(model);
  const { passedOver, ...progress } = await (run?.restore(model, optimizer) ?? { step: 0, best: null, passedOver: [] });
  const losses = new TrainingLosses(steps, run?.trainingLosses);
  let saved = progress.step;
  let evaluation: EvaluationEvent | null = null;

  async function* checkpoint(): AsyncGenerator<TrainEvent> {
    if (!run || saved === progress.step) return;
    // the finished folder does not tell where the run was once interrupted
    const folder = await run.checkpoint(model, optimizer, progress, progress.step === steps ? 1 : 2);
    saved = progress.step;
    yield { type: 'checkpoint', step: saved, folder };
  }

  const size = [...trained.values()].reduce((sum, variable) => sum + variable.size, 0);
  yield { type: 'start', step: progress.step, steps, parameters: size, passedOver };
  for (;;) {
    const { step } = progress;
    const isLast = step >= steps;
    // saved before the evaluation, which a resumed run does again: a state never depends on how far it got
    if (isLast || step % checkpointEvery === 0) yield* checkpoint();
    if (plan && (isLast || step % plan.every === 0) && !signal?.aborted) {
      evaluation = await evaluated(options, plan, progress);
      if (evaluation) {
        await run?.recordEvaluation(evaluation, { steps, ...(baseline && { baseline }) });
        if (evaluation.isBest) progress.best = { step, loss: evaluation.loss };
        if (evaluation.isBest && run && options.exportModel)
          await run.saveModel('best', await options.exportModel(model));
        yield evaluation;
      }
    }
    if (pause?.paused && !signal?.aborted) {
      yield { type: 'paused', step };
      await pause.wait(signal);
      yield { type: 'continued', step };
    }
    if (signal?.aborted) {
      yield* checkpoint();
      yield { type: 'stopped', step };
      return;
    }
    if (isLast) break;
    const start = performance.now();
    const learningRate = options.schedule(step);
    try {
      const batches = await options.batches(step);
      const { maxGradNorm = 1, seed = 0, objective } = options;
      const common = { model, objective, optimizer, parameters: trained, maxGradNorm, seed };
      const result = await trainingStep({ ...common, batches, learningRate, step });
      progress.step = step + 1;
      losses.add({ step: progress.step, loss: result.loss });
      const milliseconds = performance.now() - start;
      const event = { type: 'step', step: progress.step, ...result, learningRate, milliseconds } as const;
      await run?.recordStep(event);
      yield event;
    } catch (error) {
      if (!(error instanceof NonFiniteError)) throw error;
      yield* checkpoint();
      const kept = run ? `, the state before it is kept in ${run.place}/checkpoints` : '';
      throw new NonFiniteError(`${error.message}${kept}; a lower learning rate or a longer warm-up may help`);
    }
    await breathe();
  }
  if (run) {
    await run.flush();
    await run.drawCurve({ steps, ...(baseline && { baseline }) });
    if (options.exportModel) await run.saveModel('model', await options.exportModel(model));
  }
  yield { type: 'done', step: progress.step, trainLoss: losses.mean(), evaluation, best: progress.best };
}

async function evaluated<M extends Module, B extends HostBatch>(
  { model, objective, signal }: TrainOptions<M, B>,
  plan: EvaluationPlan<B>,
  { step, best }: { step: number; best: BestLoss | null },
): Promise<EvaluationEvent | null> {
  const start = performance.now();
  const result = await evaluate(model, objective, plan.batches(), { ...(signal && { signal }) });
  if (!result) return null;
  const { loss, lossSum, metrics } = result;
  return {
    type: 'evaluation',
    step,
    loss,
    perplexity: perplexity(loss),
    bitsPerByte: plan.bytes === undefined ? null : bitsPerByte(lossSum, plan.bytes),
    metrics,
    isBest: loss < (best?.loss ?? Infinity),
    probe: plan.probe ? await plan.probe(step) : null,
    milliseconds: performance.now() - start,
  };
}

/** Keeps the training losses of the last tenth of the steps. */
class TrainingLosses {
  private readonly kept: number[] = [];

  constructor(
    private readonly steps: number,
    before: readonly CurvePoint[] = [],
  ) {
    before.forEach((point) => this.add(point));
  }

  add({ step, loss }: CurvePoint): void {
    if (step > Math.floor(0.9 * this.steps)) this.kept.push(loss);
  }

  /** null if no step was done. */
  mean(): number | null {
    const { length } = this.kept;
    return length === 0 ? null : this.kept.reduce((sum, loss) => sum + loss, 0) / length;
  }
}
