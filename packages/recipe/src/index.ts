export {
  pretrainConfig,
  type ModelConfig,
  type PretrainChanges,
  type PretrainConfig,
  type SamplesConfig,
  type TokenizerConfig,
  type TrainingConfig,
} from './config.js';
export { evaluateModel, type EvaluateModelOptions, type ModelEvaluation } from './evaluate-model.js';
export { completeText, generateText, type GenerateTextOptions, type TokenEvent } from './generate-text.js';
export { loadModel, type LoadedModel } from './model-folder.js';
export { presets, type Preset, type PresetName } from './presets.js';
export { pretrain, type PretrainEvent, type PretrainOptions, type Sample } from './pretrain.js';
export { trainTokenizer, type TokenizerEvent, type TrainTokenizerOptions } from './train-tokenizer.js';
export type { TrainEvent } from '@ashlar/trainer';
export { PauseSwitch } from '@ashlar/trainer';
