import { activationsIn, type Activate } from '../../gpu/activation.js';
import type { Device } from '../device.js';
import { elementwise } from './elementwise.js';

/** WGSL of activations. */
export const activations = activationsIn({
  define: (name, statements) => `fn ${name}(x: f32) -> f32 { ${statements} }`,
  local: 'let',
  select: (no, yes, condition) => `select(${no}, ${yes}, ${condition})`,
});

export const activationPrograms: Activate<Device> = {
  activate(device, a, kind) {
    const { functions, value } = activations[kind];
    const named = `${functions} fn value(x: f32) -> f32 { return ${value}; }`;
    const program = { name: 'activation', variant: kind, inputs: { a }, functions: named };
    return elementwise(device, program, a.shape, 'value(a[i])');
  },
  activationGradient(device, dy, a, kind) {
    const { functions, slope } = activations[kind];
    const named = `${functions} fn slope(x: f32) -> f32 { return ${slope}; }`;
    const program = { name: 'activation gradient', variant: kind, inputs: { dy, a }, functions: named };
    return elementwise(device, program, dy.shape, 'dy[i] * slope(a[i])');
  },
};
