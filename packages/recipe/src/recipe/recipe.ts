import { pathIn, type FileStore, type JsonObject } from '@ashlar/checkpoint';
import type { ExistingRun, PauseSwitch } from '@ashlar/trainer';
import type { RecipeConfig } from '../config/recipe-config.js';
import { report, type Report, type ReportEvent } from '../report/report.js';
import type { OnTokens } from '../stages/train-tokenizer.js';
import { checkBeforeTokenizer, checkBeforeTraining } from './check-run.js';
import { dataFingerprint, type RecipeData } from './recipe-data.js';
import { secondsOfSteps } from './run-record.js';
import { runStage } from './run-stage.js';
import type { StageEvent } from './stage-context.js';
import { loadTokenizer } from './stage-runs/tokenizer.js';
import { checkStages, stageNames, type StageName } from './stage-names.js';
import { readResult, writeResult, type StageResult } from './stage-result.js';

export interface RecipeOptions {
  config: RecipeConfig;
  data: RecipeData;
  /** The run's folder: one for each stage in it, and the report. */
  store: FileStore;
  /** Which stages are run, in their order. @default all */
  stages?: readonly string[];
  /** What to do where the store holds a run of the recipe. @default 'refuse' */
  existing?: ExistingRun;
  /** Ends the run after the step it is at; it can be resumed. */
  signal?: AbortSignal;
  pause?: PauseSwitch;
  onTokens?: OnTokens;
}

export type RecipeEvent =
  /** A stage begins, the `index`-th of `count`, from 1 on. */
  | { type: 'stage-start'; stage: StageName; index: number; count: number }
  /** Something happens in a stage. */
  | { type: 'stage-event'; stage: StageName; event: StageEvent }
  /** Of what there is to learn from, this is too long for the context. */
  | { type: 'left-out'; sentences: string[] }
  /** A stage is finished; `skipped` where it was before. */
  | { type: 'stage-done'; stage: StageName; result: StageResult; skipped: boolean }
  | ReportEvent
  | { type: 'report'; report: Report }
  /** It was told to stop. */
  | { type: 'recipe-stopped' };

const FILE = 'recipe.json';
const FORMAT = 'ashlar-recipe';

/**
 * The whole recipe: a tokenizer, pretraining, fine-tuning in full and by adapters, a reward model, PPO, quantization, and a
 * report. Finished stages are recognized, an unfinished one goes on where it was, so that a run can be killed at any moment.
 *
 * @throws Error of one sentence, before any work, where config, data, stages and store do not go together
 */
export async function* recipe(options: RecipeOptions): AsyncGenerator<RecipeEvent, void, undefined> {
  const { config, data, store, signal, pause, onTokens } = options;
  await open(options);
  const finished = await finishedStages(store);
  const stages = checkStages(options.stages ?? stageNames, finished);
  const left = { config, data, stages: stages.filter((stage) => !finished.includes(stage)) };
  const context = {
    store,
    config,
    data,
    ...(signal && { signal }),
    ...(pause && { pause }),
    ...(onTokens && { onTokens }),
  };
  let isChecked = false;
  for (const [i, stage] of stages.entries()) {
    const before = await readResult(store, stage);
    if (before) {
      yield { type: 'stage-done', stage, result: before, skipped: true };
      continue;
    }
    if (stage !== 'tokenizer' && !isChecked) {
      const sentences = checkBeforeTraining(left, await loadTokenizer(store));
      if (sentences.length > 0) yield { type: 'left-out', sentences };
      isChecked = true;
    }
    yield { type: 'stage-start', stage, index: i + 1, count: stages.length };
    // what earlier processes did of it counts too
    const start = performance.now() - 1000 * (await secondsOfSteps(store, stage));
    const events = runStage(stage, context);
    let next = await events.next();
    for (; !next.done; next = await events.next()) yield { type: 'stage-event', stage, event: next.value };
    if (!next.value || signal?.aborted) {
      yield { type: 'recipe-stopped' };
      return;
    }
    const seconds = Math.round(performance.now() - start) / 1000;
    const result = { stage, seconds, ...next.value };
    await writeResult(store, result);
    yield { type: 'stage-done', stage, result, skipped: false };
  }
  const events = report(context);
  let next = await events.next();
  for (; !next.done; next = await events.next()) yield next.value;
  if (next.value) yield { type: 'report', report: next.value };
  else yield { type: 'recipe-stopped' };
}

/** The config of the recipe's run in a store; null if there is none. */
export async function recipeRun(store: FileStore): Promise<{ config: RecipeConfig; data: string } | null> {
  const bytes = await store.read(FILE);
  if (!bytes) return null;
  const file = JSON.parse(new TextDecoder().decode(bytes)) as JsonObject & { config: RecipeConfig; data: string };
  if (file['format'] !== FORMAT) throw new Error(`${pathIn(store, FILE)} is not a run's: choose another folder`);
  return file;
}

async function finishedStages(store: FileStore): Promise<StageName[]> {
  const finished: StageName[] = [];
  for (const stage of stageNames) if (await readResult(store, stage)) finished.push(stage);
  return finished;
}

async function open({ config, data, store, stages = stageNames, existing = 'refuse' }: RecipeOptions): Promise<void> {
  const before = await recipeRun(store);
  if (before && existing === 'refuse')
    throw new Error(
      `${store.location} holds a run of the recipe already: resume it, overwrite it, or choose another folder`,
    );
  const sha256 = await dataFingerprint(data);
  if (before && existing === 'resume') {
    const same = JSON.stringify(before.config) === JSON.stringify(config);
    if (!same || before.data !== sha256)
      throw new Error(
        `the run in ${store.location} was made with other ${same ? 'data' : 'settings'} and cannot be resumed: choose another folder, or overwrite it`,
      );
    return;
  }
  const names = [...stageNames, 'report.md', 'report.json', 'plots'];
  for (const name of before ? [] : names)
    if ((await store.size(name)) !== null || (await store.list(name)).length > 0)
      throw new Error(
        `${store.location} holds no run of the recipe but has a ${name}, which one would write: choose another folder`,
      );
  checkBeforeTokenizer({ config, data, stages: checkStages(stages, []) });
  for (const name of names) await store.remove(name);
  const text = `${JSON.stringify({ format: FORMAT, version: 1, name: data.name, data: sha256, config }, null, 2)}\n`;
  await store.write(FILE, new TextEncoder().encode(text));
}
