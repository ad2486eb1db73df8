import { activationsIn, type Activate } from '../../gpu/activation.js';
import type { Device } from '../device.js';
import { elementwise } from './elementwise.js';

/** GLSL of activations. */
export const activations = activationsIn({
  define: (name, statements) => `float ${name}(float x) { ${statements} }`,
  local: 'float',
  select: (no, yes, condition) => `(${condition} ? ${yes} : ${no})`,
});

export const activationPrograms: Activate<Device> = {
  activate(device, a, kind) {
    const { functions, value } = activations[kind];
    const named = `${functions} float activation(float x) { return ${value}; }`;
    return elementwise(device, { inputs: { a }, functions: named }, a.shape, 'activation(a_(b, r, c))');
  },
  activationGradient(device, dy, a, kind) {
    const { functions, slope } = activations[kind];
    const named = `${functions} float slope(float x) { return ${slope}; }`;
    return elementwise(device, { inputs: { dy, a }, functions: named }, dy.shape, 'dy_(b, r, c) * slope(a_(b, r, c))');
  },
};
