import { registerGelu } from './activation.js';
import { registerAttention } from './attention.js';
import { registerCacheAppend } from './cache-append.js';
import { registerCrossEntropy } from './cross-entropy.js';
import { registerDropout } from './dropout.js';
import { registerLinear } from './linear.js';
import { registerNorms } from './norms.js';
import { registerOptimizer } from './optimizer.js';

/** Registers every fused kernel that is a program here; ops without one run as their reference. */
export function registerFusedKernels(): void {
  registerLinear();
  registerGelu();
  registerNorms();
  registerAttention();
  registerCrossEntropy();
  registerDropout();
  registerCacheAppend();
  registerOptimizer();
}
