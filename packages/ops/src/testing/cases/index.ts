import { attentionCases } from './attention.js';
import type { OpCase } from './case.js';
import { crossEntropyCases } from './cross-entropy.js';
import { dropoutCases } from './dropout.js';
import { embeddingCases } from './embedding.js';
import { geluCases } from './gelu.js';
import { layerNormCases } from './layer-norm.js';
import { linearCases } from './linear.js';

export const opCases: OpCase[] = [
  ...linearCases,
  ...geluCases,
  ...layerNormCases,
  ...embeddingCases,
  ...crossEntropyCases,
  ...attentionCases,
  ...dropoutCases,
];
