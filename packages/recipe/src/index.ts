export type { ModelConfig, TokenizerConfig } from './config/model-config.js';
export type { PpoConfig } from './config/ppo-config.js';
export {
  pretrainConfig,
  type PretrainChanges,
  type PretrainConfig,
  type SamplesConfig,
} from './config/pretrain-config.js';
export { presets, type Preset, type PresetName } from './config/presets.js';
export {
  recipeConfig,
  recipePresets,
  type RecipeChanges,
  type RecipeConfig,
  type RecipePresetName,
} from './config/recipe-config.js';
export type { RewardConfig } from './config/reward-config.js';
export { quantizationSchemes, type SchemeName } from './config/scheme-names.js';
export type { LoraConfig, SftConfig } from './config/sft-config.js';
export type { TrainingConfig } from './config/training-config.js';
export { loadAdapter, mergeAdapter } from './models/adapter.js';
export { answerAll, type Answer, type Answering, type AnswerOptions } from './models/answer.js';
export { addChatTokens, chatPrompt, type ChatFormat, type ChatModel } from './models/chat-format.js';
export { evaluateModel, type EvaluateModelOptions, type ModelEvaluation } from './models/evaluate-model.js';
export { completeText, generateText, type GenerateTextOptions, type TokenEvent } from './models/generate-text.js';
export { loadModel, requireChat, withTokenizer, type LoadedModel } from './models/model-folder.js';
export { loadRewardModel, type LoadedRewardModel } from './models/reward-model-folder.js';
export { ending, ppoMetrics, type PpoMetrics } from './recipe/run-record.js';
export { ownData, storyWorldData, type OwnData, type RecipeData } from './recipe/recipe-data.js';
export { recipe, recipeRun, type RecipeEvent, type RecipeOptions } from './recipe/recipe.js';
export type { StageEvent } from './recipe/stage-context.js';
export { stageNames, type StageName } from './recipe/stage-names.js';
export type { StageResult } from './recipe/stage-result.js';
export { textForTokenizer } from './recipe/text-for-tokenizer.js';
export type { ExaminedModel, Report, ReportEvent } from './report/report.js';
export { lora, type LoraEvent, type LoraTrainingOptions } from './stages/lora.js';
export { align, type AlignEvent, type AlignOptions } from './stages/ppo.js';
export { pretrainingMemory, pretrainingNeeds, type MemoryNeeds, type MemorySettings } from './stages/memory.js';
export { ppoMemory, type PpoMemorySettings, type PpoSizes } from './stages/ppo-memory.js';
export { pretrain, type PretrainEvent, type PretrainOptions, type Sample } from './stages/pretrain.js';
export { quantize, type QuantizeEvent, type QuantizeOptions, type StoredModel } from './stages/quantize.js';
export { trainReward, type RewardEvent, type TrainRewardOptions } from './stages/reward.js';
export { sft, type SftEvent, type SftOptions } from './stages/sft.js';
export {
  makeTokenizer,
  trainTokenizer,
  type OnTokens,
  type TokenizerEvent,
  type TrainTokenizerOptions,
} from './stages/train-tokenizer.js';
export type { TrainEvent } from '@ashlar/trainer';
export { PauseSwitch } from '@ashlar/trainer';
