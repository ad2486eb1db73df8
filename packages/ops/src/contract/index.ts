export { defineOp, type Op, type OpDefinition, type OpGradient } from './define-op.js';
export { exclusive, isExclusive, makeExclusive } from './donation.js';
export type {
  Activation,
  AttentionAttrs,
  AttentionMasks,
  FusedKernelName,
  FusedKernels,
  KernelContract,
  Residuals,
  Wanted,
} from './kernels.js';
export { registerFusedKernel, type Covers, type KernelCall } from './registry.js';
