import { linearCrossEntropy, type LinearCrossEntropyOptions } from '../../ops/linear-cross-entropy.js';
import { indices, ints, normal, type Host } from '../host.js';
import type { OpCase } from './case.js';
import { lossOf } from './functions.js';

function float64(x: Host, weight: Host, targets: Host, options: LinearCrossEntropyOptions): Float64Array {
  const [vocab, hidden] = weight.shape as [number, number];
  return targets.values.map((target, row) => {
    const logits = Array.from({ length: vocab }, (_, token) => {
      let sum = 0;
      for (let k = 0; k < hidden; k++) sum += x.values[row * hidden + k]! * weight.values[token * hidden + k]!;
      return sum;
    });
    return target === -100 ? 0 : lossOf(logits, target, options);
  });
}

const linearCrossEntropyCase = (
  name: string,
  x: Host,
  vocab: number,
  targets: Host,
  options: LinearCrossEntropyOptions = {},
): OpCase => ({
  name: `linearCrossEntropy ${name}`,
  inputs: { x, weight: normal(`${name} head`, [vocab, x.shape.at(-1)!]), targets },
  run: (inputs) => linearCrossEntropy(inputs.x!, inputs.weight!, inputs.targets!, options),
  float64: (inputs) => float64(inputs.x!, inputs.weight!, inputs.targets!, options),
  shape: targets.shape,
  gradients: ['x', 'weight'],
});

export const linearCrossEntropyCases: OpCase[] = [
  linearCrossEntropyCase('in one piece', normal('lce', [2, 3, 5]), 7, indices('lce targets', [2, 3], 7)),
  linearCrossEntropyCase('one by one', normal('lce', [4, 3]), 5, ints([4], [4, 0, -100, 2]), { chunkSize: 1 }),
  linearCrossEntropyCase('a short last chunk', normal('lce', [7, 6]), 13, indices('lce targets', [7], 13), {
    chunkSize: 3,
  }),
  linearCrossEntropyCase('smoothed, with zLoss', normal('lce', [5, 3]), 7, ints([5], [6, 0, -100, 2, 1]), {
    chunkSize: 2,
    labelSmoothing: 0.1,
    zLoss: 0.01,
  }),
  linearCrossEntropyCase('one token', normal('lce', [4]), 9, ints([], [8])),
];
