export type { Activation } from './activation.js';
export { parameterAccount, type ParameterAccount } from './gpt2-account.js';
export type { Gpt2Config } from './gpt2-config.js';
export {
  gpt2FromHuggingFace,
  gpt2ToHuggingFace,
  type HuggingFaceModel,
  type LoadableGpt2,
} from './gpt2-huggingface.js';
export { gpt2Presets } from './gpt2-presets.js';
export { copyGpt2, Gpt2WithScore, type ScoreOptions } from './gpt2-with-score.js';
export { gpt2WithScoreFromHuggingFace, gpt2WithScoreToHuggingFace } from './gpt2-with-score-huggingface.js';
export { Gpt2, type Gpt2Options } from './gpt2.js';
