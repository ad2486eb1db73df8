import type { FileStore } from '@ashlar/checkpoint';
import type { ExistingRun, PauseSwitch } from '@ashlar/trainer';
import type { RecipeConfig } from '../config/recipe-config.js';
import type { AlignEvent } from '../stages/ppo.js';
import type { LoraEvent } from '../stages/lora.js';
import type { PretrainEvent } from '../stages/pretrain.js';
import type { QuantizeEvent } from '../stages/quantize.js';
import type { RewardEvent } from '../stages/reward.js';
import type { SftEvent } from '../stages/sft.js';
import type { OnTokens, TokenizerEvent } from '../stages/train-tokenizer.js';
import type { RecipeData } from './recipe-data.js';
import type { StageName } from './stage-names.js';
import type { StageResult } from './stage-result.js';

export type StageEvent =
  TokenizerEvent | PretrainEvent | SftEvent | LoraEvent | RewardEvent | AlignEvent | QuantizeEvent;

export interface StageContext {
  store: FileStore;
  config: RecipeConfig;
  data: RecipeData;
  signal?: AbortSignal;
  pause?: PauseSwitch;
  onTokens?: OnTokens;
}

/** A stage at work: yields what happens; returns what came of it but its time, or null when it was told to stop. */
export type StageRun = AsyncGenerator<StageEvent, Omit<StageResult, 'stage' | 'seconds'> | null>;

/** What a stage is told of where it works: in the folder of its name, from where it was left. */
export const toStage = ({ store, signal, pause }: StageContext, folder: StageName) => ({
  store,
  folder,
  existing: 'resume' as ExistingRun,
  ...(signal && { signal }),
  ...(pause && { pause }),
});
