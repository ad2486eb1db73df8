import { registerGelu } from './activation.js';
import { registerDropout } from './dropout.js';
import type { Fused } from './fused.js';
import { registerLinear, type LinearPrograms } from './linear.js';
import { registerNorms, type NormPrograms } from './norms.js';
import { registerQuantizedLinear } from './quantized-linear.js';
import { registerRotary } from './rotary.js';
import type { Tensors } from './tensors.js';

/** What the programs of one backend do in kernels that are otherwise alike. */
export interface Programs<Device> {
  linear: LinearPrograms<Device>;
  norms: NormPrograms<Device>;
  multiplyQuantized: Parameters<typeof registerQuantizedLinear<Device>>[1];
  turn: Parameters<typeof registerRotary<Device>>[1];
  drop: Parameters<typeof registerDropout<Device>>[1];
}

/** Registers the kernels that differ between backends in their programs alone, and then the others. */
export function registerKernels<Device extends Pick<Tensors<never>, 'share' | 'free'>>(
  fused: Fused<Device>,
  programs: Programs<Device>,
  others: readonly (() => void)[],
): void {
  registerLinear(fused, programs.linear);
  registerGelu(fused, programs.linear);
  registerNorms(fused, programs.norms);
  registerQuantizedLinear(fused, programs.multiplyQuantized);
  registerRotary(fused, programs.turn);
  registerDropout(fused, programs.drop);
  others.forEach((register) => register());
}
