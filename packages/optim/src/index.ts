export { AdamW, type AdamWOptions } from './adamw.js';
export { clipByGlobalNorm, type ClippedGradients, type ClipOptions } from './clip.js';
export type { Optimizer, OptimizerState, StepOptions } from './optimizer.js';
export {
  constantWithWarmup,
  cosineWithWarmup,
  linearWithWarmup,
  nanoGptSchedule,
  type DecayOptions,
  type NanoGptScheduleOptions,
  type Schedule,
  type WarmupOptions,
} from './schedules.js';
export { Sgd, type SgdOptions } from './sgd.js';
