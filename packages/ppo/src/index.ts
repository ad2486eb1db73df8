export { generalizedAdvantages, whiten, type AdvantageOptions } from './advantages.js';
export { estimatePpoMemory, type PpoMemoryJob, type PpoModels } from './estimate-memory.js';
export type { Grid } from './grid.js';
export { adaptKlCoefficient, klEstimators, type KlOptions } from './kl.js';
export { policyLoss, valueLoss, type PolicyLoss, type PolicyLossInputs, type ValueLossInputs } from './losses.js';
export type { PpoOptions, Reference, RewardFunction, Sample, ValueModel } from './options.js';
export { ppo, type PpoEvent, type RolloutEvent } from './ppo.js';
