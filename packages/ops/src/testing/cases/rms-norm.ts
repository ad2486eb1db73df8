import { rmsNorm } from '../../ops/rms-norm.js';
import { floats, normal, type Host } from '../host.js';
import type { OpCase } from './case.js';

export function rmsNorm64(x: Host, weight: Host, eps: number): Float64Array {
  const width = weight.values.length;
  return x.values.map((value, i) => {
    const start = i - (i % width);
    const squares = x.values.subarray(start, start + width).reduce((sum, v) => sum + v * v, 0);
    return (value / Math.sqrt(squares / width + eps)) * weight.values[i % width]!;
  });
}

function rmsNormCase(name: string, x: Host, eps = 1e-6): OpCase {
  const width = x.shape.at(-1)!;
  return {
    name: `rmsNorm ${name}`,
    inputs: { x, weight: normal(`rmsNorm weight ${width}`, [width]) },
    run: (inputs) => rmsNorm(inputs.x!, inputs.weight!, { eps }),
    float64: (inputs) => rmsNorm64(inputs.x!, inputs.weight!, eps),
    shape: x.shape,
    gradients: ['x', 'weight'],
  };
}

export const rmsNormCases: OpCase[] = [
  { ...rmsNormCase('NaN stays in its row', floats([3, 2], [1, 2, NaN, 3, 4, 6])), gradients: [] },
  rmsNormCase('[2, 3, 5]', normal('rmsNorm', [2, 3, 5])),
  rmsNormCase('[7, 31]', normal('rmsNorm', [7, 31])),
  rmsNormCase('[13], one row', normal('rmsNorm', [13])),
  rmsNormCase('[3, 1], one column, eps 0.1', normal('rmsNorm', [3, 1]), 0.1),
  { ...rmsNormCase('[2, 4], large, and zeros', floats([2, 4], [1e15, -1e15, 1, 0, 0, 0, 0, 0]), 0.01), gradients: [] },
];
