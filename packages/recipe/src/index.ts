export type { ModelConfig, TokenizerConfig } from './config/model-config.js';
export {
  pretrainConfig,
  type PretrainChanges,
  type PretrainConfig,
  type SamplesConfig,
} from './config/pretrain-config.js';
export { presets, type Preset, type PresetName } from './config/presets.js';
export type { TrainingConfig } from './config/training-config.js';
export { evaluateModel, type EvaluateModelOptions, type ModelEvaluation } from './models/evaluate-model.js';
export { completeText, generateText, type GenerateTextOptions, type TokenEvent } from './models/generate-text.js';
export { loadModel, type LoadedModel } from './models/model-folder.js';
export { pretrain, type PretrainEvent, type PretrainOptions, type Sample } from './stages/pretrain.js';
export { trainTokenizer, type TokenizerEvent, type TrainTokenizerOptions } from './stages/train-tokenizer.js';
export type { TrainEvent } from '@ashlar/trainer';
export { PauseSwitch } from '@ashlar/trainer';
