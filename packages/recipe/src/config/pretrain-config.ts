import type { JsonObject } from '@ashlar/checkpoint';
import { check, checkBelow, checkWhole } from './checks.js';
import { mergeSettings } from './merge.js';
import { checkModel, checkTokenizer, type ModelConfig, type TokenizerConfig } from './model-config.js';
import { presets, type PresetName } from './presets.js';
import { checkTraining, type TrainingConfig } from './training-config.js';

/** What is shown of the model as it learns. */
export interface SamplesConfig {
  /** Each is continued at every evaluation; an empty one starts on a new line. */
  prompts: string[];
  /** 0 draws no samples. */
  maxNewTokens: number;
  temperature: number;
  topK: number | null;
}

/** Everything that shapes a pretrained model besides the text: plain JSON, saved with the run. */
export interface PretrainConfig {
  /** Of the initial weights, the batches, dropout and the samples. */
  seed: number;
  /** Part of the text, at its end, that is held out. */
  heldOut: number;
  tokenizer: TokenizerConfig;
  model: ModelConfig;
  training: TrainingConfig;
  samples: SamplesConfig;
}

/** Some of the settings, to be changed. */
export type PretrainChanges = { [Part in keyof PretrainConfig]?: Partial<PretrainConfig[Part]> };

const nullable = ['tokenizer.vocabSize', 'model.intermediateSize', 'training.maxGradNorm', 'samples.topK'];

/**
 * The settings of a preset with changes.
 *
 * @param changes plain JSON, for example read from a file
 * @throws RangeError of one sentence for an unknown preset or setting, or a value that does not fit
 */
export function pretrainConfig(preset: string, changes: PretrainChanges | JsonObject = {}): PretrainConfig {
  if (!Object.hasOwn(presets, preset))
    throw new RangeError(`no preset is called ${JSON.stringify(preset)}; there are ${Object.keys(presets).join(', ')}`);
  const config = mergeSettings(presets[preset as PresetName].config, changes, nullable);
  const { seed, tokenizer, model, training } = config;
  checkWhole('', 0, { seed });
  checkHeldOut(config.heldOut);
  checkTokenizer(tokenizer);
  checkModel(model);
  checkTraining(training);
  checkSamples(config.samples);
  return config;
}

export const checkHeldOut = (heldOut: number, part = ''): void =>
  check(heldOut > 0 && heldOut < 1, `${part}heldOut`, 'above 0 and below 1', heldOut);

/** @throws RangeError of one sentence; `part` is where the settings stand */
export function checkSamples({ prompts, maxNewTokens, temperature, topK }: SamplesConfig, part = 'samples.'): void {
  checkWhole(part, 0, { maxNewTokens });
  check(
    prompts.every((prompt) => typeof prompt === 'string'),
    `${part}prompts`,
    'a list of texts',
    prompts,
  );
  checkBelow(part, Infinity, { temperature });
  if (topK !== null) checkWhole(part, 1, { topK });
}
