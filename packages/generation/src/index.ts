export type { GeneratedToken } from './draw.js';
export { generate, type GenerateOptions } from './generate.js';
export { softmax, temperature, topK, topP, type LogitsProcessor } from './logits-processors.js';
export { rollout, type Rollout, type RolloutOptions } from './rollout.js';
export { createSampler, type Sampler, type SamplingOptions } from './sampler.js';
