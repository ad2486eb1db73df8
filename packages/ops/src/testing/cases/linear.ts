import { linear } from '../../ops/linear.js';
import type { Activation } from '../../contract/kernels.js';
import { floats, normal, sizeOf, type Host } from '../host.js';
import type { OpCase } from './case.js';
import { activations } from './functions.js';

export function linear64(x: Host, weight: Host, bias: Host | undefined, activation: string): Float64Array {
  const [out, width] = weight.shape as [number, number];
  const [xs, ws, f] = [x.values, weight.values, activations[activation]!];
  const y = new Float64Array((xs.length / width) * out);
  for (let i = 0; i < y.length; i++) {
    const [row, column] = [Math.floor(i / out) * width, (i % out) * width];
    let sum = bias ? bias.values[i % out]! : 0;
    for (let k = 0; k < width; k++) sum += xs[row + k]! * ws[column + k]!;
    y[i] = f(sum);
  }
  return y;
}

function linearCase(shape: number[], out: number, hasBias: boolean, activation: Activation): OpCase {
  const width = shape.at(-1)!;
  const name = `linear [${shape}] to ${out}${hasBias ? ', bias' : ''}, ${activation}`;
  return {
    name,
    inputs: {
      x: normal(name, shape),
      weight: normal(`${name} weight`, [out, width], 1 / Math.sqrt(width)),
      ...(hasBias && { bias: normal(`${name} bias`, [out]) }),
    },
    run: ({ x, weight, bias }) => linear(x!, weight!, bias, { activation }),
    float64: ({ x, weight, bias }) => linear64(x!, weight!, bias, activation),
    shape: [...shape.slice(0, -1), out],
    gradients: ['x', 'weight', ...(hasBias ? ['bias'] : [])],
  };
}

const extremes = [1e-3, -1e-3, 30, -30, 300, -300, 1e4, -1e4];

export const linearCases: OpCase[] = [
  {
    ...linearCase([3, 2], 2, true, 'none'),
    name: 'linear, NaN stays in its row',
    inputs: {
      x: floats([3, 2], [1, 2, NaN, 3, 4, 5]),
      weight: normal('nan weight', [2, 2]),
      bias: normal('nan bias', [2]),
    },
    gradients: [],
  },
  linearCase([2, 3, 5], 7, true, 'none'),
  linearCase([1, 1], 1, false, 'none'),
  linearCase([13], 17, true, 'none'),
  linearCase([3, 1, 2, 4], 9, false, 'gelu'),
  linearCase([37, 19], 65, true, 'gelu_new'),
  linearCase([5, 16], 8, true, 'relu'),
  linearCase([2, 7, 33], 12, false, 'silu'),
  ...(['gelu', 'gelu_new', 'relu', 'silu'] as const).map((activation): OpCase => ({
    ...linearCase([extremes.length, 1], 1, false, activation),
    name: `linear, extremes of ${activation}`,
    inputs: { x: floats([sizeOf([extremes.length]), 1], extremes), weight: floats([1, 1], [1]) },
    gradients: ['x'],
  })),
];
