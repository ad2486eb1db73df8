export { removeLora } from './adaptation.js';
export { applyLora, type LoraOptions } from './apply.js';
export type { LinearLike } from './linear-like.js';
export { LoraLinear, type LoraLinearOptions, type LoraState } from './lora-linear.js';
export { mergeLora, unmergeLora } from './merge.js';
export { applyPeft, toPeft, type ApplyPeftOptions, type PeftAdapter, type PeftOptions } from './peft.js';
export type { TargetModules } from './targets.js';
export { disabled, loraParameters } from './use.js';
