import type { JsonObject } from '@ashlar/checkpoint';
import { recipeConfig, type RecipeConfig } from '@ashlar/recipe';
import { readJsonFile } from './inputs.js';

type Part = 'sft' | 'lora' | 'reward' | 'ppo';

/** What commands that train on rows take for their settings. */
export interface SettingFlags {
  config?: string;
  steps?: number;
  learningRate?: number;
  gradientCheckpointing?: boolean;
}

/**
 * The recipe's settings of one part, with the changes of `--config` (JSON of that part) and, above them, of the options.
 *
 * @throws Error of one sentence for a setting that does not exist or a value that does not fit
 */
export async function partSettings<P extends Part>(
  part: P,
  config: string | undefined,
  changes: JsonObject,
): Promise<RecipeConfig[P]> {
  const file = config === undefined ? {} : await readJsonFile(config);
  const training = { ...(file['training'] as JsonObject), ...(changes['training'] as JsonObject) };
  const settings = { ...file, ...changes, ...(Object.keys(training).length > 0 && { training }) };
  return recipeConfig('usual', { [part]: settings } as JsonObject)[part];
}

/** The options of a training as changes of its settings. */
export function trainingChanges({ steps, learningRate, gradientCheckpointing }: SettingFlags): JsonObject {
  return {
    training: {
      ...(steps !== undefined && { steps }),
      ...(learningRate !== undefined && { learningRate, minLearningRate: learningRate / 10 }),
      ...(gradientCheckpointing && { gradientCheckpointing }),
    },
  };
}
