export { byteVariable } from './bytes.js';
export { Dropout } from './dropout.js';
export { valueAndGradients, type Loss, type ValueAndGradients } from './gradients.js';
export { initialize, markInitialized, normal, ones, parameter, withoutInit, zeros, type Init } from './init.js';
export type { Cache, ForwardOptions, LanguageModel, Trace } from './language-model.js';
export { LayerNorm, type LayerNormOptions } from './layer-norm.js';
export { Linear, type LinearOptions } from './linear.js';
export { borrow, Module, type UnaryModule } from './module.js';
export { replaceModules } from './replace-modules.js';
export {
  fromHost,
  hostStateDict,
  loadStateDict,
  numParameters,
  parameters,
  stateDict,
  toHost,
  type HostTensor,
} from './state.js';
export { TiedHead } from './tied-head.js';
