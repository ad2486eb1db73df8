import { crossEntropy, type CrossEntropyOptions } from '../../ops/cross-entropy.js';
import { tokenLogProbs } from '../../ops/token-log-probs.js';
import { floats, indices, ints, normal, type Host } from '../host.js';
import type { OpCase } from './case.js';
import { lossOf } from './functions.js';

function float64(logits: Host, targets: Host, options: CrossEntropyOptions = {}): Float64Array {
  const vocab = logits.shape.at(-1)!;
  return targets.values.map((target, row) =>
    target === (options.ignoreIndex ?? -100)
      ? 0
      : lossOf(logits.values.subarray(row * vocab, (row + 1) * vocab), target, options),
  );
}

const crossEntropyCase = (name: string, logits: Host, targets: Host, options: CrossEntropyOptions = {}): OpCase => ({
  name: `crossEntropy ${name}`,
  inputs: { logits, targets },
  run: (x) => crossEntropy(x.logits!, x.targets!, options),
  float64: (x) => float64(x.logits!, x.targets!, options),
  shape: targets.shape,
  gradients: ['logits'],
});

export const crossEntropyCases: OpCase[] = [
  {
    ...crossEntropyCase(
      'NaN stays in its row, also in an ignored one',
      floats([3, 2], [1, 2, NaN, 3, NaN, 6]),
      ints([3], [1, 1, -100]),
    ),
    gradients: [],
  },
  crossEntropyCase('[2, 3, 7]', normal('logits', [2, 3, 7], 2), indices('targets', [2, 3], 7)),
  crossEntropyCase('[5], one row', normal('logits', [5]), ints([], [3])),
  crossEntropyCase('[3, 1], one class', normal('logits', [3, 1]), ints([3], [0, 0, 0])),
  crossEntropyCase('[4, 65], some ignored', normal('logits', [4, 65], 3), ints([4], [-100, 64, 0, -100])),
  crossEntropyCase('[2, 3], ignoreIndex 1', normal('logits', [2, 3]), ints([2], [1, 2]), { ignoreIndex: 1 }),
  crossEntropyCase(
    '[3, 4], far apart',
    floats([3, 4], [1e4, 0, -1e4, 9e3, 88, 89, 90, 91, -5e3, -5e3, -5e3, -5e3]),
    ints([3], [1, 0, 2]),
  ),
  crossEntropyCase('[2, 3, 7], labelSmoothing 0.1', normal('logits', [2, 3, 7], 2), indices('targets', [2, 3], 7), {
    labelSmoothing: 0.1,
  }),
  crossEntropyCase('[3, 5], labelSmoothing 1', normal('logits', [3, 5], 2), ints([3], [4, -100, 0]), { labelSmoothing: 1 }), // prettier-ignore
  crossEntropyCase('[4, 65], zLoss', normal('logits', [4, 65], 3), ints([4], [-100, 64, 0, 7]), { zLoss: 1e-2 }),
  crossEntropyCase('[3, 1], one class, both', normal('logits', [3, 1]), ints([3], [0, 0, 0]), {
    labelSmoothing: 0.3,
    zLoss: 0.5,
  }),
  crossEntropyCase('[2, 2051], both', normal('long logits', [2, 2051], 3), ints([2], [2050, 3]), {
    labelSmoothing: 0.2,
    zLoss: 1e-4,
  }),
  {
    ...crossEntropyCase(
      '[3, 3], labelSmoothing: -Infinity is infinite, NaN stays in its row',
      floats([3, 3], [1, -Infinity, 2, 1, NaN, 3, 4, 5, 6]),
      ints([3], [2, 0, 1]),
      { labelSmoothing: 0.1, zLoss: 1e-2 },
    ),
    gradients: [],
  },
  {
    ...crossEntropyCase(
      '[2, 4], -Infinity',
      floats([2, 4], [1, -Infinity, 2, 0, -Infinity, -Infinity, 3, -Infinity]),
      ints([2], [2, 2]),
    ),
    gradients: [],
  },
];

const tokenLogProbsCase = (name: string, logits: Host, targets: Host, temperature: number): OpCase => ({
  name: `tokenLogProbs ${name}, temperature ${temperature}`,
  inputs: { logits, targets },
  run: (x) => tokenLogProbs(x.logits!, x.targets!, { temperature }),
  float64: (x) => {
    const values = x.logits!.values.map((value) => value / temperature);
    return float64({ ...x.logits!, values }, x.targets!).map((loss) => (loss === 0 ? 0 : -loss));
  },
  shape: targets.shape,
  gradients: ['logits'],
});

export const tokenLogProbsCases: OpCase[] = [
  tokenLogProbsCase('[2, 3, 7]', normal('logits', [2, 3, 7], 2), indices('targets', [2, 3], 7), 1),
  tokenLogProbsCase('[4, 65], some ignored', normal('logits', [4, 65], 3), ints([4], [-100, 64, 0, -100]), 0.7),
  tokenLogProbsCase('[3, 1], one class', normal('logits', [3, 1]), ints([3], [0, 0, 0]), 2),
  tokenLogProbsCase(
    '[2, 5], far apart',
    floats([2, 5], [1e4, 0, -1e4, 9e3, 88, 9, 8, 7, 6, 5]),
    ints([2], [3, 4]),
    100,
  ),
];
