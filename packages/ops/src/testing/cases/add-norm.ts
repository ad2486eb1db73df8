import * as tf from '@tensorflow/tfjs-core';
import { addLayerNorm } from '../../ops/add-layer-norm.js';
import { addRmsNorm } from '../../ops/add-rms-norm.js';
import { floats, normal, type Host } from '../host.js';
import type { OpCase } from './case.js';
import { layerNorm64 } from './layer-norm.js';
import { rmsNorm64 } from './rms-norm.js';

/** Which outputs the result depends on. */
type Uses = 'both' | 'sum' | 'y';

interface Variant {
  kind: 'layer' | 'rms';
  x: Host;
  residual?: Host;
  bias?: boolean;
  uses?: Uses;
  eps?: number;
}

const join = <T>([sum, y]: [T, T], uses: Uses, both: (sum: T, y: T) => T) =>
  uses === 'both' ? both(sum, y) : uses === 'sum' ? sum : y;

function addNormCase(name: string, { kind, x, bias = false, uses = 'both', eps = 1e-5, ...v }: Variant): OpCase {
  const width = x.shape.at(-1)!;
  const added = (inputs: Record<string, Host>): Host => ({
    ...inputs.x!,
    values: inputs.x!.values.map((value, i) => value + inputs.residual!.values[i]!),
  });
  return {
    name: `${kind === 'layer' ? 'addLayerNorm' : 'addRmsNorm'} ${name}`,
    inputs: {
      x,
      residual: v.residual ?? normal(`${name} residual`, x.shape),
      weight: normal(`addNorm weight ${width}`, [width]),
      ...(bias && { bias: normal(`addNorm bias ${width}`, [width]) }),
    },
    run: (inputs) => {
      const [a, b, weight] = [inputs.x!, inputs.residual!, inputs.weight!];
      const outputs =
        kind === 'layer' ? addLayerNorm(a, b, weight, inputs.bias, { eps }) : addRmsNorm(a, b, weight, { eps });
      return join<tf.Tensor>(outputs, uses, (sum, y) => tf.concat([sum, y], 0));
    },
    float64: (inputs) => {
      const sum = added(inputs);
      const y = kind === 'layer' ? layerNorm64(sum, inputs.weight!, inputs.bias, eps) : rmsNorm64(sum, inputs.weight!, eps); // prettier-ignore
      return join(
        [sum.values, y],
        uses,
        (first, second) => Float64Array.from([...first, ...second]) as Float64Array<ArrayBuffer>,
      );
    },
    shape: uses === 'both' ? [2 * x.shape[0]!, ...x.shape.slice(1)] : x.shape,
    gradients: ['x', 'residual', 'weight', ...(bias ? ['bias'] : [])],
  };
}

const offset = normal('addNorm offset', [4, 23]);
offset.values.forEach((value, i) => (offset.values[i] = Math.fround(value + 64)));

export const addNormCases: OpCase[] = [
  ...(['layer', 'rms'] as const).flatMap((kind) => [
    {
      ...addNormCase('NaN stays in its row', {
        kind,
        x: floats([3, 2], [1, 2, NaN, 3, 4, 6]),
        residual: floats([3, 2], [1, 2, 3, 3, 4, 7]),
      }),
      gradients: [],
    },
    addNormCase('[2, 3, 5]', { kind, x: normal('addNorm', [2, 3, 5]) }),
    addNormCase('[7, 31], the sum alone', { kind, x: normal('addNorm', [7, 31]), uses: 'sum' }),
    addNormCase('[7, 31], the norm alone', { kind, x: normal('addNorm', [7, 31]), uses: 'y' }),
    addNormCase('[13], one row', { kind, x: normal('addNorm', [13]) }),
    addNormCase('[3, 1], one column, eps 0.1', { kind, x: normal('addNorm', [3, 1]), eps: 0.1 }),
    { ...addNormCase('[2, 6], x alone', { kind, x: normal('addNorm', [2, 6]) }), gradients: ['x'] },
    { ...addNormCase('[2, 6], residual alone', { kind, x: normal('addNorm', [2, 6]) }), gradients: ['residual'] },
    { ...addNormCase('[2, 6], weight alone', { kind, x: normal('addNorm', [2, 6]) }), gradients: ['weight'] },
    {
      ...addNormCase('[2, 4], large, and zeros', {
        kind,
        x: floats([2, 4], [1e15, -1e15, 1, 0, 0, 0, 0, 0]),
        residual: floats([2, 4], [1e15, 0, 1, 0, 0, 0, 0, 0]),
        eps: 0.01,
      }),
      gradients: [],
    },
  ]),
  addNormCase('[2, 3, 5], bias', { kind: 'layer', x: normal('addNorm', [2, 3, 5]), bias: true }),
  addNormCase('[5, 9], bias, the sum alone', { kind: 'layer', x: normal('addNorm', [5, 9]), bias: true, uses: 'sum' }),
  addNormCase('[4, 23], far from zero', { kind: 'layer', x: offset, bias: true }),
];
