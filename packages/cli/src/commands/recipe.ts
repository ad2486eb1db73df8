import type { JsonObject } from '@ashlar/checkpoint';
import { nodeStore } from '@ashlar/checkpoint/node';
import {
  ownData,
  recipe,
  recipeConfig,
  recipeRun,
  storyWorldData,
  type RecipeConfig,
  type RecipeData,
  type Report,
  type StageName,
} from '@ashlar/recipe';
import { join } from 'node:path';
import { openBackend, type BackendFlags } from '../backend.js';
import { existingRun, type RunFlags } from '../existing-run.js';
import { readJsonFile, readText } from '../inputs.js';
import { RecipeDisplay } from '../recipe-display.js';
import { checkRoom } from '../room.js';
import { readPreferences, readSupervisedRows } from '../row-inputs.js';
import { GO_ON, interruptible } from '../show-training.js';
import type { Printer } from '../terminal.js';

export interface RecipeFlags extends RunFlags, BackendFlags {
  text?: string;
  sft?: string;
  preferences?: string;
  stages?: string[];
  config?: string;
  fast?: boolean;
  seed?: number;
}

/** Models of the pretrained one's size that the stages keep. */
const MODELS_KEPT = 6;

/** @returns the exit code: 130 when it was interrupted */
export async function recipeCommand(flags: RecipeFlags, printer: Printer): Promise<number> {
  const { out, stages, seed } = flags;
  const changes: JsonObject = flags.config === undefined ? {} : await readJsonFile(flags.config);
  const config = recipeConfig(flags.fast ? 'fast' : 'usual', { ...changes, ...(seed !== undefined && { seed }) });
  const store = nodeStore(out);
  const existing = existingRun(flags, (await recipeRun(store)) !== null);
  const data = await recipeData(flags, config);
  await openBackend(flags);

  const { signal, release } = interruptible(printer);
  const display = new RecipeDisplay(printer, data);
  const finished: StageName[] = [];
  let report: Report | null = null;
  try {
    const onTokens = display.tokens.update;
    for await (const event of recipe({ config, data, store, existing, signal, onTokens, ...(stages && { stages }) })) {
      display.show(event);
      if (event.type === 'stage-done') finished.push(event.stage);
      if (event.type === 'report') report = event.report;
      if (event.type === 'stage-event' && event.event.type === 'model')
        await checkRoom(out, MODELS_KEPT * event.event.parameters);
    }
  } finally {
    display.stop();
    release();
  }
  const reportPath = join(out, 'report.md');
  if (report) display.results(report, { out, reportPath });
  else printer.say(`stopped: ${GO_ON}`);
  printer.result(result(finished, report, reportPath));
  return report ? 0 : 130;
}

/** What the stages learn from: the story world, or what the person brought. */
async function recipeData({ text, sft, preferences }: RecipeFlags, config: RecipeConfig): Promise<RecipeData> {
  if (text === undefined) {
    if (sft !== undefined || preferences !== undefined)
      throw new Error('--sft and --preferences go with a --text: the story world has rows of its own');
    return storyWorldData(config);
  }
  return ownData(
    {
      name: text,
      text: await readText(text),
      ...(sft !== undefined && { rows: await readSupervisedRows(sft) }),
      ...(preferences !== undefined && { preferences: await readPreferences(preferences) }),
    },
    config,
  );
}

/** `exact`, `trueReward` and `distinct2` are those of the last model that answers in full precision. */
function result(stages: readonly StageName[], report: Report | null, reportPath: string) {
  const aligned = report?.models.filter(({ name }) => ['lora', 'sft', 'ppo'].includes(name)).at(-1);
  const measured = (stage: StageName, name: string) =>
    report?.stages.find((one) => one.stage === stage)?.measures[name] ?? null;
  return {
    stages,
    exact: aligned?.exact ?? null,
    trueReward: aligned?.trueReward?.mean ?? null,
    distinct2: aligned?.distinct2 ?? null,
    rewardAccuracy: measured('reward', 'accuracy'),
    kl: measured('ppo', 'kl'),
    seconds: report?.stages.reduce((sum, { seconds }) => sum + seconds, 0) ?? null,
    reportPath: report ? reportPath : null,
  };
}
