import { swiglu } from '../../ops/swiglu.js';
import { floats, normal, type Host } from '../host.js';
import type { OpCase } from './case.js';
import { activations } from './functions.js';

const swigluCase = (name: string, gate: Host, up: Host): OpCase => ({
  name: `swiglu ${name}`,
  inputs: { gate, up },
  run: (x) => swiglu(x.gate!, x.up!),
  float64: (x) => x.gate!.values.map((value, i) => activations.silu!(value) * x.up!.values[i]!),
  shape: gate.shape,
  gradients: ['gate', 'up'],
});

function packedCase(name: string, gate: Host): OpCase {
  const hidden = gate.shape.at(-1)! / 2;
  const shape = [...gate.shape.slice(0, -1), hidden];
  return {
    name: `swiglu packed ${name}`,
    inputs: { gate },
    run: (x) => swiglu(x.gate!),
    float64: ({ gate }) =>
      Float64Array.from({ length: gate!.values.length / 2 }, (_, i) => {
        const at = 2 * hidden * Math.floor(i / hidden) + (i % hidden);
        return activations.silu!(gate!.values[at]!) * gate!.values[at + hidden]!;
      }),
    shape,
    gradients: ['gate'],
  };
}

const pair = (name: string, shape: number[]) =>
  [normal(`${name} gate`, shape, 2), normal(`${name} up`, shape)] as const;

export const swigluCases: OpCase[] = [
  swigluCase('[2, 3, 7]', ...pair('swiglu', [2, 3, 7])),
  swigluCase('[13], one row', ...pair('swiglu', [13])),
  swigluCase('[5, 1]', ...pair('swiglu', [5, 1])),
  swigluCase('extremes', floats([7], [0, 1e-20, -40, 40, 1e4, -1e4, 300]), floats([7], [1e4, 3, 2, -1e3, 1e4, 1e4, 0])),
  {
    ...swigluCase('NaN stays where it is', floats([4], [NaN, 1, 2, 3]), floats([4], [1, NaN, 2, 3])),
    gradients: [],
  },
  { ...swigluCase('of frozen weights: gate alone', ...pair('frozen', [3, 5])), gradients: ['gate'] },
  { ...swigluCase('of frozen weights: up alone', ...pair('frozen', [3, 5])), gradients: ['up'] },
  packedCase('[2, 3, 14]', normal('packed', [2, 3, 14], 2)),
  packedCase('[5, 2], one column each', normal('packed', [5, 2])),
  packedCase('[34], one row', normal('packed', [34])),
  { ...packedCase('NaN stays in its row', floats([2, 4], [1, 2, NaN, 4, 5, 6, 7, 8])), gradients: [] },
];
