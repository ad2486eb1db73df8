import { int } from '../device.js';
import { activations } from './activation.js';
import { elementwise } from './elementwise.js';
import { fused } from './fused.js';

const { silu } = activations;
const functions = `
  ${silu.functions}
  float silu(float x) { return ${silu.value}; }
  float slope(float x) { return ${silu.slope}; }`;

const half = (shape: readonly number[]) => [...shape.slice(0, -1), shape.at(-1)! / 2];

export function registerSwiglu(): void {
  fused('AshlarSwiglu', (device, { gate, up }) => {
    const shape = up ? gate.shape : half(gate.shape);
    const program = { inputs: { gate, ...(up && { up }) }, uniforms: { width: int(shape.at(-1)!) }, functions };
    const other = up ? 'up_(b, r, c)' : 'gate_(b, r, c + width)';
    return [elementwise(device, program, shape, `silu(gate_(b, r, c)) * ${other}`)];
  });

  fused('AshlarSwigluGrad', (device, { dy, gate, up }, { wanted }) => {
    if (up) {
      const terms = {
        gate: 'dy_(b, r, c) * up_(b, r, c) * slope(gate_(b, r, c))',
        up: 'dy_(b, r, c) * silu(gate_(b, r, c))',
      };
      return wanted.map((name) =>
        elementwise(device, { inputs: { dy, gate, up }, functions }, gate.shape, terms[name]),
      );
    }
    const packed = `${functions}
      float gradient(int b, int r, int c) {
        if (c < width) return dy_(b, r, c) * gate_(b, r, c + width) * slope(gate_(b, r, c));
        return dy_(b, r, c - width) * silu(gate_(b, r, c - width));
      }`;
    const uniforms = { width: int(dy.shape.at(-1)!) };
    return [elementwise(device, { inputs: { dy, gate }, uniforms, functions: packed }, gate.shape, 'gradient(b, r, c)')]; // prettier-ignore
  });
}
