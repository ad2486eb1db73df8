import { registerAttention } from './attention.js';
import { registerCacheAppend } from './cache-append.js';
import { registerCachedAttention } from './cached-attention.js';
import { registerCrossEntropy } from './cross-entropy.js';
import { registerDecoderBlock } from './decoder-block.js';
import { registerDropout } from './dropout.js';
import { registerEmbedding } from './embedding.js';
import { registerGelu } from './gelu.js';
import { registerLinear } from './linear.js';
import { registerNorm } from './norm.js';
import { registerOptimizer } from './optimizer.js';
import { registerQuantizedLinear } from './quantized-linear.js';
import { registerRotary } from './rotary.js';
import { registerSample } from './sample.js';
import { registerSwiglu } from './swiglu.js';

/** Registers every fused kernel that the wasm module has; ops without one run as their reference. */
export function registerFusedKernels(): void {
  registerLinear();
  registerQuantizedLinear();
  registerGelu();
  registerSwiglu();
  registerNorm('LayerNorm');
  registerNorm('RmsNorm');
  registerRotary();
  registerEmbedding();
  registerAttention();
  registerCrossEntropy();
  registerDropout();
  registerSample();
  registerCacheAppend();
  registerCachedAttention();
  registerDecoderBlock();
  registerOptimizer();
}
