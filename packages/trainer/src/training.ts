import { parameters, type Module } from '@ashlar/nn';
import type * as tf from '@tensorflow/tfjs-core';
import { breathe } from './breathe.js';
import { bitsPerByte, evaluate, perplexity } from './evaluate.js';
import type { EvaluationEvent, TrainEvent } from './events.js';
import type { CurvePoint, LossCurve } from './loss-curve.js';
import type { HostBatch } from './objective.js';
import type { RunProgress } from './run.js';
import type { CustomTrainOptions, TrainOptions } from './train.js';
import { NonFiniteError, trainingStep, type StepResult } from './training-step.js';

/** One call of `train`: where it stands, and the parts of its loop. */
export class Training<M extends Module, B extends HostBatch> {
  private progress: RunProgress = { step: 0, best: null };
  /** The step whose state is on disk; the initial one needs no saving. */
  private savedStep = 0;
  private evaluation: EvaluationEvent | null = null;
  private losses: LastLosses;
  private readonly trained: ReadonlyMap<string, tf.Variable>;
  private readonly curve: Pick<LossCurve, 'steps' | 'baseline'>;

  constructor(private readonly options: TrainOptions<M, B> | CustomTrainOptions<M>) {
    const { model, steps, baseline } = options;
    this.trained = parameters(model);
    this.curve = { steps, ...(baseline && { baseline }) };
    this.losses = new LastLosses(steps);
  }

  /** null for steps of the caller's own. */
  private get batched(): TrainOptions<M, B> | null {
    return 'objective' in this.options ? this.options : null;
  }

  private get plan() {
    return 'objective' in this.options ? this.options.evaluation : this.options.measurement;
  }

  async *events(): AsyncGenerator<TrainEvent> {
    const { steps, signal, pause } = this.options;
    const plan = this.plan;
    const checkpointEvery = this.options.checkpointEvery ?? plan?.every ?? Infinity;
    yield await this.start();
    for (;;) {
      const { step } = this.progress;
      const isLast = step >= steps;
      // saved before the evaluation, which a resumed run does again: a state never depends on how far it got
      if (isLast || step % checkpointEvery === 0) yield* this.checkpoint();
      if (plan && (isLast || step % plan.every === 0)) yield* this.batched ? this.evaluate() : this.measure();
      if (pause?.paused && !signal?.aborted) {
        yield { type: 'paused', step };
        await pause.wait(signal);
        yield { type: 'continued', step };
      }
      if (signal?.aborted) {
        yield* this.checkpoint();
        yield { type: 'stopped', step };
        return;
      }
      if (isLast) break;
      yield* this.update();
      await breathe();
    }
    yield await this.finish();
  }

  private async start(): Promise<TrainEvent> {
    const { model, optimizer, run, steps } = this.options;
    let passedOver: string[] = [];
    if (run) {
      const { passedOver: found, state, ...progress } = await run.restore(model, optimizer);
      passedOver = found;
      this.progress = progress;
      this.savedStep = progress.step;
      if (state && 'state' in this.options) this.options.state?.load(state);
      run.trainingLosses.forEach((point) => this.losses.add(point));
    }
    const size = [...this.trained.values()].reduce((sum, variable) => sum + variable.size, 0);
    return { type: 'start', step: this.progress.step, steps, parameters: size, passedOver };
  }

  private async *checkpoint(): AsyncGenerator<TrainEvent> {
    const { model, optimizer, run, steps } = this.options;
    const { step } = this.progress;
    if (!run || this.savedStep === step) return;
    // the finished folder does not tell where the run was once interrupted
    const state = 'state' in this.options ? this.options.state?.save() : undefined;
    const progress = { ...this.progress, ...(state && { state }) };
    const folder = await run.checkpoint(model, optimizer, progress, step === steps ? 1 : 2);
    this.savedStep = step;
    yield { type: 'checkpoint', step, folder };
  }

  /** Yields nothing when it is told to stop. */
  private async *evaluate(): AsyncGenerator<TrainEvent> {
    const { model, objective, run, exportModel, signal, evaluation } = this.batched!;
    const { batches, bytes, probe } = evaluation!;
    const { step, best } = this.progress;
    const start = performance.now();
    const result = signal?.aborted ? null : await evaluate(model, objective, batches(), { ...(signal && { signal }) });
    if (!result) return;
    const { loss, lossSum, metrics } = result;
    this.evaluation = {
      type: 'evaluation',
      step,
      loss,
      perplexity: perplexity(loss),
      bitsPerByte: bytes === undefined ? null : bitsPerByte(lossSum, bytes),
      metrics,
      isBest: loss < (best?.loss ?? Infinity),
      probe: probe ? await probe(step) : null,
      milliseconds: performance.now() - start,
    };
    await run?.recordEvaluation(this.evaluation, this.curve);
    if (this.evaluation.isBest) {
      this.progress = { step, best: { step, loss } };
      if (run && exportModel) await run.saveModel('best', await exportModel(model));
    }
    yield this.evaluation;
  }

  /** Yields nothing when training is told to stop. */
  private async *measure(): AsyncGenerator<TrainEvent> {
    const { run, signal, measurement } = this.options as CustomTrainOptions<M>;
    const { step } = this.progress;
    const start = performance.now();
    if (signal?.aborted) return;
    const metrics = await measurement!.measure(step);
    const event = { type: 'measurement', step, metrics, milliseconds: performance.now() - start } as const;
    await run?.recordMeasurement(event, this.curve);
    yield event;
  }

  private async *update(): AsyncGenerator<TrainEvent> {
    const { run, schedule } = this.options;
    const { step, best } = this.progress;
    const start = performance.now();
    const learningRate = schedule(step);
    const result = await this.performStep(step, learningRate).catch((error: unknown) => error as Error);
    if (result instanceof Error) {
      if (!(result instanceof NonFiniteError)) throw result;
      // a step of the caller's own may have moved the model already
      if (this.batched) yield* this.checkpoint();
      const which = this.batched ? 'the state before it' : `the state after step ${this.savedStep}`;
      const kept = run && this.savedStep > 0 ? `, ${which} is kept in ${run.place}/checkpoints` : '';
      throw new NonFiniteError(`${result.message}${kept}; a lower learning rate or a longer warm-up may help`);
    }
    this.progress = { step: step + 1, best };
    this.losses.add({ step: step + 1, loss: result.loss });
    const milliseconds = performance.now() - start;
    const event = { type: 'step', step: step + 1, ...result, learningRate, milliseconds } as const;
    await run?.recordStep(event);
    yield event;
  }

  private async performStep(step: number, learningRate: number): Promise<StepResult> {
    if ('performStep' in this.options) return this.options.performStep(step, learningRate);
    const { model, objective, optimizer, maxGradNorm = 1, seed = 0 } = this.options;
    const batches = await this.options.batches(step);
    const parameters = this.trained;
    return trainingStep({ model, objective, optimizer, parameters, batches, learningRate, maxGradNorm, seed, step });
  }

  private async finish(): Promise<TrainEvent> {
    const { model, run, exportModel } = this.options;
    const { step, best } = this.progress;
    if (run) {
      await run.flush();
      await run.drawCurve(this.curve);
      if (exportModel) await run.saveModel('model', await exportModel(model));
    }
    return { type: 'done', step, trainLoss: this.losses.mean(), evaluation: this.evaluation, best };
  }
}

/** The training losses of the last tenth of the steps. */
class LastLosses {
  private readonly kept: number[] = [];

  constructor(private readonly steps: number) {}

  add({ step, loss }: CurvePoint): void {
    if (step > Math.floor(0.9 * this.steps)) this.kept.push(loss);
  }

  /** null without any. */
  mean(): number | null {
    const { length } = this.kept;
    return length === 0 ? null : this.kept.reduce((sum, loss) => sum + loss, 0) / length;
  }
}
