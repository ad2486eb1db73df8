import { valueAndGradients } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bestOfLoss, pairwiseLoss, rankingLoss } from './index.js';

const values = (make: () => tf.Tensor) => tf.tidy(() => Array.from(make().dataSync()));
const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
const [c, j] = [[1.2, -0.3, 0.5], [0.2, 0.4, 0.5]]; // prettier-ignore

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 6));
}

describe.each([cpu(), wasm()])('on $name', (backend) => {
  beforeAll(() => useBackend(backend));
  afterEach(() => expect(tf.memory().numTensors).toBe(0));

  it('the loss of pairs has the published values', () => {
    expectClose(
      values(() => pairwiseLoss(tf.tensor(c), tf.tensor(j))),
      [0.3132617, 1.1031861, 0.6931472],
    );
    const margins = values(() => pairwiseLoss(tf.tensor(c), tf.tensor(j), { margins: tf.tensor([0, 0.5, 1]) }));
    expect(mean(margins)).toBeCloseTo(1.0299352, 6);
    const centered = values(() => pairwiseLoss(tf.tensor(c), tf.tensor(j), { centerCoefficient: 0.01 }));
    expect(mean(centered)).toBeCloseTo(0.7130983, 6);
  });

  it('the loss of a ranking has the published value', () => {
    expectClose(
      values(() => rankingLoss(tf.tensor2d([[2, 1, 0.5, -1]]))),
      [0.2276134],
    );
    expectClose(values(() => rankingLoss(tf.tensor2d([[2, 1], [0, 0]]))), [0.3132617, Math.LN2]); // prettier-ignore
    expect(() => values(() => rankingLoss(tf.tensor2d([[1]])))).toThrow(
      'scores must be [prompts, 2 or more completions], not [1,1]',
    );
  });

  it('the loss of a choice among several has the published value', () => {
    const scores = () => tf.tensor2d([[2, 1, 0.5, -1]]);
    expectClose(
      values(() => bestOfLoss(scores(), tf.tensor1d([2], 'int32'))),
      [1.9951819],
    );
  });

  it('pairs with margins and a centre have the gradients of central differences', () => {
    const at = [...c, ...j];
    const margins = [0, 0.5, -1];
    const scores = tf.tidy(() => tf.variable(tf.tensor1d(at)));
    const { value, gradients } = valueAndGradients(
      () => {
        const [chosen, rejected] = [tf.slice(scores, 0, 3), tf.slice(scores, 3, 3)];
        const options = { margins: tf.tensor1d(margins), centerCoefficient: 0.3 };
        return tf.sum<tf.Scalar>(pairwiseLoss(chosen, rejected, options));
      },
      new Map([['scores', scores]]),
    );
    const loss = (list: number[]) =>
      margins.reduce((sum, margin, i) => {
        const [up, down] = [list[i]!, list[i + 3]!];
        return sum + Math.log1p(Math.exp(down + margin - up)) + 0.3 * (up + down) ** 2;
      }, 0);
    const found = Array.from(gradients.get('scores')!.dataSync());
    at.forEach((_, i) => {
      const moved = (by: number) => loss(at.map((x, k) => (k === i ? x + by : x)));
      expect(found[i]).toBeCloseTo((moved(1e-4) - moved(-1e-4)) / 2e-4, 6);
    });
    tf.dispose([scores, value, [...gradients.values()]]);
  });

  it('is finite for scores that are far apart', () => {
    expectClose(
      values(() => pairwiseLoss(tf.tensor([1e4, -1e4]), tf.tensor([-1e4, 1e4]))),
      [0, 2e4],
    );
  });

  it('has the gradients of central differences', () => {
    const scores = tf.tidy(() => tf.variable(tf.tensor2d([[0.3, -0.8, 1.1], [0.2, 0.2, -2]]))); // prettier-ignore
    const { value, gradients } = valueAndGradients(
      () => tf.sum<tf.Scalar>(rankingLoss(scores)),
      new Map([['scores', scores]]),
    );
    const found = Array.from(gradients.get('scores')!.dataSync());
    const at = Array.from(scores.dataSync());
    const loss = (list: number[]) =>
      [0, 3].reduce((sum, row) => {
        const [a, b, d] = list.slice(row, row + 3) as [number, number, number];
        return sum + [a - b, a - d, b - d].reduce((part, lead) => part + Math.log1p(Math.exp(-lead)) / 3, 0);
      }, 0);
    at.forEach((_, i) => {
      const moved = (by: number) => loss(at.map((x, k) => (k === i ? x + by : x)));
      expect(found[i]).toBeCloseTo((moved(1e-4) - moved(-1e-4)) / 2e-4, 6);
    });
    tf.dispose([scores, value, [...gradients.values()]]);
  });
});
