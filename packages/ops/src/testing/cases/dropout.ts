import { dropout } from '../../ops/dropout.js';
import { DropoutRng } from '../../random/dropout-rng.js';
import { dropoutWords } from '../../random/dropout-words.js';
import { normal } from '../host.js';
import type { OpCase } from './case.js';

function dropoutCase(shape: number[], rate: number): OpCase {
  const name = `dropout [${shape}] at ${rate}`;
  return {
    name,
    inputs: { x: normal(name, shape) },
    run: ({ x }) => dropout(x!, rate, new DropoutRng({ seed: 7, step: 3 })),
    float64: ({ x }) => {
      const words = dropoutWords(x!.values.length, [7, 0, 0, 0, 0, 0, 3, 0]);
      return x!.values.map((value, i) => (words[i]! >= Math.floor(rate * 2 ** 32) ? value / (1 - rate) : 0));
    },
    shape,
    gradients: ['x'],
  };
}

export const dropoutCases: OpCase[] = [
  dropoutCase([1], 0.5),
  dropoutCase([2, 3, 5], 0.1),
  dropoutCase([101], 0.9),
  dropoutCase([4], 0),
];
