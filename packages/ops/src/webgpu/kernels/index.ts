import { registerGelu } from './activation.js';
import { registerAttention } from './attention.js';
import { registerAttentionWeights } from './attention-weights.js';
import { registerCacheAppend } from './cache-append.js';
import { registerCrossEntropy } from './cross-entropy.js';
import { registerDropout } from './dropout.js';
import { registerLinear } from './linear.js';
import { registerNorms } from './norms.js';
import { registerOptimizer } from './optimizer.js';
import { registerQuantizedLinear } from './quantized-linear.js';
import { registerRotary } from './rotary.js';
import { registerSample } from './sample.js';
import { registerSwiglu } from './swiglu.js';

/** Registers every fused kernel that is a program here; ops without one run as their reference. */
export function registerFusedKernels(): void {
  registerLinear();
  registerQuantizedLinear();
  registerGelu();
  registerSwiglu();
  registerNorms();
  registerRotary();
  registerAttention();
  registerAttentionWeights();
  registerCrossEntropy();
  registerDropout();
  registerCacheAppend();
  registerOptimizer();
  registerSample();
}
