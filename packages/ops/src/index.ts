export { holdsBytes, packBytes, packedBytes } from './backend/bytes.js';
export { useBackend, type BackendPlugin } from './backend/use-backend.js';
export {
  defineOp,
  isExclusive,
  makeExclusive,
  registerFusedKernel,
  type Activation,
  type FusedKernels,
  type KernelCall,
  type Op,
  type OpDefinition,
} from './contract/index.js';
export { countMemory, memoryLimit, type Held, type MemoryCount } from './counting/index.js';
export { registerGradients } from './gradients/index.js';
export { adamW, type AdamWOptions, type AdamWTensors } from './ops/adamw.js';
export { addLayerNorm } from './ops/add-layer-norm.js';
export { addRmsNorm } from './ops/add-rms-norm.js';
export { alibiBias } from './ops/alibi-bias.js';
export { attention, attentionWeights, type AttentionOptions, type AttentionWeightsOptions } from './ops/attention.js';
export { cacheAppend } from './ops/cache-append.js';
export { cachedAttention, type CachedAttentionOptions } from './ops/cached-attention.js';
export { crossEntropy, type CrossEntropyOptions } from './ops/cross-entropy.js';
export {
  decoderBlock,
  type DecoderBlockOptions,
  type DecoderBlockParameters,
  type LayerCache,
  type WeightAndBias,
} from './ops/decoder-block.js';
export { NF4_CODES, unpackBytes } from './ops/dequantize.js';
export type { DistanceOptions } from './ops/distances.js';
export { dropout } from './ops/dropout.js';
export { embedding } from './ops/embedding.js';
export { gelu } from './ops/gelu.js';
export { globalNorm } from './ops/global-norm.js';
export { layerNorm, type LayerNormOptions } from './ops/layer-norm.js';
export { linear, type LinearOpOptions } from './ops/linear.js';
export { linearCrossEntropy, type LinearCrossEntropyOptions } from './ops/linear-cross-entropy.js';
export { dequantize, quantizedLinear, type QuantizedMatrix } from './ops/quantized-linear.js';
export {
  relativePositionBias,
  relativePositionBuckets,
  type RelativePositionOptions,
} from './ops/relative-position-bias.js';
export { rmsNorm, type RmsNormOptions } from './ops/rms-norm.js';
export { rotary, rotaryTables, type RotaryOptions, type RotaryTablesOptions } from './ops/rotary.js';
export { sampleTokens, type SampleTokensOptions } from './ops/sample-tokens.js';
export { swiglu } from './ops/swiglu.js';
export { tokenLogProbs, type TokenLogProbsOptions } from './ops/token-log-probs.js';
export { DropoutRng, philox4x32, RandomStream } from './random/index.js';
export {
  checkpointed,
  differentiate,
  isolated,
  referenceGradient,
  unrecorded,
  type Differentiated,
} from './tape/index.js';
