import { registerKernels } from '../../gpu/kernels.js';
import { registerAttention } from './attention.js';
import { registerAttentionWeights } from './attention-weights.js';
import { registerCacheAppend } from './cache-append.js';
import { registerCrossEntropy } from './cross-entropy.js';
import { drop } from './dropout.js';
import { fused } from './fused.js';
import { linearPrograms } from './linear.js';
import { normPrograms } from './norms.js';
import { registerOptimizer } from './optimizer.js';
import { multiplyQuantized } from './quantized-linear.js';
import { turn } from './rotary.js';
import { registerSample } from './sample.js';
import { registerSwiglu } from './swiglu.js';

const others = [registerSwiglu, registerAttention, registerAttentionWeights, registerCrossEntropy, registerCacheAppend, registerOptimizer, registerSample]; // prettier-ignore

/** Registers every fused kernel that is a program here; ops without one run as their reference. */
export function registerFusedKernels(): void {
  registerKernels(fused, { linear: linearPrograms, norms: normPrograms, multiplyQuantized, turn, drop }, others);
}
