import { int } from '../device.js';
import { activations } from './activation.js';
import { elementwise } from './elementwise.js';
import { fused } from './fused.js';

const { silu } = activations;
const functions = `
  ${silu.functions}
  fn value(x: f32) -> f32 { return ${silu.value}; }
  fn slope(x: f32) -> f32 { return ${silu.slope}; }`;

/** WGSL: where element `i` of `[rows, width]` lies in a matrix `[rows, 2 * width]`, in its first half. */
const inFirstHalf = '(i / u.width) * 2 * u.width + i % u.width';
const half = (shape: readonly number[]) => [...shape.slice(0, -1), shape.at(-1)! / 2];

export function registerSwiglu(): void {
  fused('AshlarSwiglu', (device, { gate, up }) => {
    const shape = up ? gate.shape : half(gate.shape);
    const value = up ? 'value(gate[i]) * up[i]' : `value(gate[${inFirstHalf}]) * gate[${inFirstHalf} + u.width]`;
    const inputs = { gate, ...(up && { up }) };
    return [elementwise(device, { name: 'AshlarSwiglu', inputs, uniforms: { width: int(shape.at(-1)!) }, functions }, shape, value)]; // prettier-ignore
  });

  fused('AshlarSwigluGrad', (device, { dy, gate, up }, { wanted }) => {
    if (up) {
      const terms = { gate: 'dy[i] * up[i] * slope(gate[i])', up: 'dy[i] * value(gate[i])' };
      const gradient = (variant: 'gate' | 'up') =>
        elementwise(device, { name: 'AshlarSwigluGrad', variant, inputs: { dy, gate, up }, functions }, gate.shape, terms[variant]); // prettier-ignore
      return wanted.map(gradient);
    }
    const packed = `${functions}
      fn gradient(i: i32) -> f32 {
        let column = i % (2 * u.width);
        let d = dy[(i / (2 * u.width)) * u.width + column % u.width];
        if (column < u.width) { return d * gate[i + u.width] * slope(gate[i]); }
        return d * value(gate[i - u.width]);
      }`;
    const uniforms = { width: int(dy.shape.at(-1)!) };
    return [elementwise(device, { name: 'AshlarSwigluGrad packed', inputs: { dy, gate }, uniforms, functions: packed }, gate.shape, 'gradient(i)')]; // prettier-ignore
  });
}
