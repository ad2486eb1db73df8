import { layerNorm } from '../../ops/layer-norm.js';
import { floats, normal, type Host } from '../host.js';
import type { OpCase } from './case.js';

export function layerNorm64(x: Host, weight: Host, bias: Host | undefined, eps: number): Float64Array {
  const width = weight.values.length;
  const y = new Float64Array(x.values.length);
  for (let row = 0; row < y.length; row += width) {
    const values = x.values.subarray(row, row + width);
    const mean = values.reduce((sum, value) => sum + value, 0) / width;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    for (let i = 0; i < width; i++)
      y[row + i] = ((values[i]! - mean) / Math.sqrt(variance + eps)) * weight.values[i]! + (bias?.values[i] ?? 0);
  }
  return y;
}

function layerNormCase(name: string, x: Host, hasBias: boolean, eps = 1e-5): OpCase {
  const width = x.shape.at(-1)!;
  return {
    name: `layerNorm ${name}`,
    inputs: {
      x,
      weight: normal(`layerNorm weight ${width}`, [width]),
      ...(hasBias && { bias: normal(`layerNorm bias ${width}`, [width]) }),
    },
    run: (inputs) => layerNorm(inputs.x!, inputs.weight!, inputs.bias, { eps }),
    float64: (inputs) => layerNorm64(inputs.x!, inputs.weight!, inputs.bias, eps),
    shape: x.shape,
    gradients: ['x', 'weight', ...(hasBias ? ['bias'] : [])],
  };
}

const offset = normal('offset', [4, 23]);
offset.values.forEach((value, i) => (offset.values[i] = Math.fround(value + 64)));

export const layerNormCases: OpCase[] = [
  { ...layerNormCase('NaN stays in its row', floats([3, 2], [1, 2, NaN, 3, 4, 6]), true), gradients: [] },
  layerNormCase('[2, 3, 5], bias', normal('layerNorm', [2, 3, 5]), true),
  layerNormCase('[7, 31], no bias', normal('layerNorm', [7, 31]), false),
  layerNormCase('[4, 2], eps 0.1', normal('layerNorm', [4, 2]), true, 0.1),
  layerNormCase('[13], one row', normal('layerNorm', [13]), true),
  layerNormCase('[3, 1], one column', normal('layerNorm', [3, 1]), true),
  layerNormCase('[4, 23], far from zero', offset, true),
  layerNormCase('[2, 4], a constant row', floats([2, 4], [3, 3, 3, 3, 1, 2, 3, 5]), true, 0.01),
];
