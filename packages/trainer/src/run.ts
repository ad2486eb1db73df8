import {
  loadTrainingState,
  saveHuggingFace,
  saveTrainingState,
  type FileStore,
  type HuggingFaceFolder,
  type JsonObject,
} from '@ashlar/checkpoint';
import { hostStateDict, loadStateDict, type Module } from '@ashlar/nn';
import type { Optimizer } from '@ashlar/optim';
import { configDifferences, summarize } from './config-difference.js';
import type { BestLoss, EvaluationEvent, MeasurementEvent, StepEvent } from './events.js';
import { JsonLines, readJsonLines } from './json-lines.js';
import { lossCurveSvg, type CurvePoint, type LossCurve } from './loss-curve.js';

/** What to do where the folder holds a run already. */
export type ExistingRun = 'refuse' | 'resume' | 'overwrite';

export interface RunOptions {
  /** Everything that shapes the result, plain JSON; a run goes on only under an equal one. */
  config: JsonObject;
  /** @default 'refuse' */
  existing?: ExistingRun;
}

/** Where a run stands. */
export interface RunProgress {
  step: number;
  best: BestLoss | null;
  /** What else was saved. */
  state?: JsonObject;
}

const FORMAT = 'ashlar-run';
/** What a run writes besides its `config.json`. */
const written = ['checkpoints', 'metrics.jsonl', 'timings.jsonl', 'loss.svg', 'best', 'model'];
const joined = (folder: string, name: string) => [folder, name].filter((part) => part !== '').join('/');
const encode = (text: string) => new TextEncoder().encode(text);

/**
 * The folder of a training run.
 *
 * | file | holds |
 * | --- | --- |
 * | `config.json` | what shapes the result |
 * | `metrics.jsonl` | a line for each step and each evaluation; nothing that varies between equal runs |
 * | `timings.jsonl` | milliseconds of each step |
 * | `loss.svg` | the curves |
 * | `checkpoints/` | the exact training state |
 * | `best/`, `model/` | Hugging Face folders: lowest held-out loss, and the end |
 *
 * A run that was killed at any moment and resumed leaves the same bytes as one that was not, `timings.jsonl` aside.
 */
export class Run {
  private training: CurvePoint[] = [];
  private heldOut: CurvePoint[] = [];
  private metrics: JsonLines;
  private timings: JsonLines;

  private constructor(
    readonly store: FileStore,
    readonly folder: string,
    private readonly config: JsonObject,
    private isNew: boolean,
  ) {
    this.metrics = new JsonLines(store, this.path('metrics.jsonl'));
    this.timings = new JsonLines(store, this.path('timings.jsonl'));
  }

  /**
   * Takes `folder` (the whole store if empty) for a run, new or to be resumed. Nothing is kept before training begins.
   *
   * @throws Error of one sentence if the folder holds a run and `existing` is `'refuse'`, if the run to resume has another
   *   config, or if the folder cannot be written
   */
  static async open(store: FileStore, folder: string, { config, existing = 'refuse' }: RunOptions): Promise<Run> {
    const before = await Run.config(store, folder);
    const run = new Run(store, folder, config, !before || existing === 'overwrite');
    if (!before) await run.checkFree();
    if (before && existing === 'refuse')
      throw new Error(`${run.place} holds a run already: resume it, overwrite it, or choose another folder`);
    const differences = before && existing === 'resume' ? configDifferences(before, config) : [];
    if (differences.length > 0)
      throw new Error(`the run in ${run.place} has another config and cannot be resumed: ${summarize(differences)}`);
    await store.write(run.path('writable'), encode('?'));
    await store.remove(run.path('writable'));
    return run;
  }

  /**
   * The config of the run in a folder; null if there is none.
   *
   * @throws Error if the folder has a config.json of something else
   */
  static async config(store: FileStore, folder: string): Promise<JsonObject | null> {
    const bytes = await store.read(joined(folder, 'config.json'));
    if (!bytes) return null;
    const file = parsed(bytes);
    if (file?.['format'] !== FORMAT || typeof file['config'] !== 'object')
      throw new Error(
        `${joined(store.location, folder)} holds a config.json that is not a run's: choose another folder`,
      );
    return file['config'] as JsonObject;
  }

  /** Where the run is, for messages. */
  get place(): string {
    return joined(this.store.location, this.folder);
  }

  /** Puts the last saved state into model and optimizer, and takes the metrics back to it. A new run is begun. */
  async restore(model: Module, optimizer: Optimizer): Promise<RunProgress & { passedOver: string[] }> {
    if (this.isNew) await this.begin();
    const state = await loadTrainingState(this.store, this.path('checkpoints'));
    const bytes = Number(state?.progress['metricsBytes'] ?? 0);
    const path = this.path('metrics.jsonl');
    if (bytes > 0 || (await this.store.size(path)) !== null) await this.store.truncate(path, bytes);
    this.metrics = new JsonLines(this.store, path, bytes);
    await this.readCurves();
    if (!state) return { step: 0, best: null, passedOver: [] };
    loadStateDict(model, state.model);
    optimizer.loadState(state.optimizer);
    const { step, best, state: own } = state.progress;
    const saved = own ? { state: own as JsonObject } : {};
    return { step, best: best as BestLoss | null, ...saved, passedOver: state.passedOver };
  }

  async recordStep({ step, loss, gradNorm, learningRate, weight, metrics, milliseconds }: StepEvent): Promise<void> {
    this.training.push({ step, loss });
    await this.metrics.add({
      step,
      loss,
      grad_norm: gradNorm,
      learning_rate: learningRate,
      num_tokens: weight,
      ...metrics,
    });
    await this.timings.add({ step, milliseconds: Math.round(milliseconds * 1000) / 1000 });
  }

  async recordEvaluation(event: EvaluationEvent, curve: Omit<LossCurve, 'training' | 'heldOut'>): Promise<void> {
    const { step, loss, perplexity, bitsPerByte, metrics, probe } = event;
    this.heldOut.push({ step, loss });
    await this.metrics.add({
      step,
      eval_loss: loss,
      eval_perplexity: perplexity,
      ...(bitsPerByte !== null && { eval_bits_per_byte: bitsPerByte }),
      ...evaluated(metrics),
      ...probe,
    });
    await this.flush();
    await this.drawCurve(curve);
  }

  async recordMeasurement(
    { step, metrics }: MeasurementEvent,
    curve: Omit<LossCurve, 'training' | 'heldOut'>,
  ): Promise<void> {
    await this.metrics.add({ step, ...evaluated(metrics) });
    await this.flush();
    await this.drawCurve(curve);
  }

  /** Writes `loss.svg`. */
  async drawCurve(curve: Omit<LossCurve, 'training' | 'heldOut'>): Promise<void> {
    const svg = lossCurveSvg({ ...curve, training: this.training, heldOut: this.heldOut });
    await this.store.write(this.path('loss.svg'), encode(svg));
  }

  /** Saves the exact state. @param keep how many states stay */
  async checkpoint(
    model: Module,
    optimizer: Optimizer,
    { step, best, state: own }: RunProgress,
    keep: number,
  ): Promise<string> {
    await this.flush();
    await this.store.flush(this.path('metrics.jsonl'));
    const progress = { step, best, metricsBytes: this.metrics.bytes, ...(own && { state: own }) };
    const state = { model: await hostStateDict(model), optimizer: await optimizer.state(), progress };
    return saveTrainingState(this.store, this.path('checkpoints'), state, { keep });
  }

  /** Writes a Hugging Face folder below the run's. */
  async saveModel(name: 'best' | 'model', model: HuggingFaceFolder): Promise<void> {
    await saveHuggingFace(this.store, this.path(name), model);
  }

  async flush(): Promise<void> {
    await this.metrics.flush();
    await this.timings.flush();
  }

  /** Training losses, the latest last. */
  get trainingLosses(): readonly CurvePoint[] {
    return this.training;
  }

  private path(name: string): string {
    return joined(this.folder, name);
  }

  /** Without a run, files by the names of one are somebody's. */
  private async checkFree(): Promise<void> {
    for (const name of written) {
      const path = this.path(name);
      if ((await this.store.size(path)) !== null || (await this.store.list(path)).length > 0)
        throw new Error(`${this.place} holds no run but has a ${name}, which a run would write: choose another folder`);
    }
  }

  /**
   * Removes what an earlier run wrote, and nothing else, and writes the config; a crash in between leaves a run that can
   * be overwritten again.
   */
  private async begin(): Promise<void> {
    for (const name of written) await this.store.remove(this.path(name));
    const file = { format: FORMAT, version: 1, config: this.config };
    await this.store.write(this.path('config.json'), encode(`${JSON.stringify(file, null, 2)}\n`));
    this.isNew = false;
  }

  private async readCurves(): Promise<void> {
    const points = (lines: JsonObject[], name: string) =>
      lines.filter((line) => name in line).map((line) => ({ step: Number(line['step']), loss: Number(line[name]) }));
    const lines = await readJsonLines(this.store, this.path('metrics.jsonl'));
    this.training = points(lines, 'loss');
    this.heldOut = points(lines, 'eval_loss');
  }
}

const evaluated = (metrics: Record<string, number>) =>
  Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`eval_${name}`, value]));

function parsed(bytes: Uint8Array): JsonObject | null {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as JsonObject;
  } catch {
    return null;
  }
}
