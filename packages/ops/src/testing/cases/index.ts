import { addNormCases } from './add-norm.js';
import { attentionCases } from './attention.js';
import type { OpCase } from './case.js';
import { crossEntropyCases, tokenLogProbsCases } from './cross-entropy.js';
import { decoderBlockCases } from './decoder-block.js';
import { dropoutCases } from './dropout.js';
import { embeddingCases } from './embedding.js';
import { geluCases } from './gelu.js';
import { layerNormCases } from './layer-norm.js';
import { linearCases } from './linear.js';
import { linearCrossEntropyCases } from './linear-cross-entropy.js';
import { quantizedLinearCases } from './quantized-linear.js';
import { rmsNormCases } from './rms-norm.js';
import { rotaryCases } from './rotary.js';
import { sampleTokensCases } from './sample-tokens.js';
import { swigluCases } from './swiglu.js';

export const opCases: OpCase[] = [
  ...linearCases,
  ...quantizedLinearCases,
  ...geluCases,
  ...swigluCases,
  ...layerNormCases,
  ...rmsNormCases,
  ...addNormCases,
  ...rotaryCases,
  ...embeddingCases,
  ...crossEntropyCases,
  ...tokenLogProbsCases,
  ...linearCrossEntropyCases,
  ...attentionCases,
  ...decoderBlockCases,
  ...dropoutCases,
  ...sampleTokensCases,
];
