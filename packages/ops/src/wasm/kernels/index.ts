import { registerAttention } from './attention.js';
import { registerCacheAppend } from './cache-append.js';
import { registerCrossEntropy } from './cross-entropy.js';
import { registerDropout } from './dropout.js';
import { registerEmbedding } from './embedding.js';
import { registerGelu } from './gelu.js';
import { registerLayerNorm } from './layer-norm.js';
import { registerLinear } from './linear.js';
import { registerOptimizer } from './optimizer.js';
import { registerQuantizedLinear } from './quantized-linear.js';
import { registerRmsNorm } from './rms-norm.js';
import { registerRotary } from './rotary.js';
import { registerSample } from './sample.js';
import { registerSwiglu } from './swiglu.js';

/** Registers every fused kernel that the wasm module has; ops without one run as their reference. */
export function registerFusedKernels(): void {
  registerLinear();
  registerQuantizedLinear();
  registerGelu();
  registerSwiglu();
  registerLayerNorm();
  registerRmsNorm();
  registerRotary();
  registerEmbedding();
  registerAttention();
  registerCrossEntropy();
  registerDropout();
  registerSample();
  registerCacheAppend();
  registerOptimizer();
}
