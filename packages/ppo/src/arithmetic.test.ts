import { readFileSync } from 'node:fs';
import { valueAndGradients } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, test } from 'vitest';
import {
  adaptKlCoefficient,
  generalizedAdvantages,
  klEstimators,
  policyLoss,
  valueLoss,
  whiten,
  type Grid,
} from './index.js';

interface Case {
  rows: number;
  columns: number;
  lengths: number[];
  gamma: number;
  lam: number;
  clip: number;
  valueClip: number;
  policyLoss: number;
  valueLoss: number;
  clipFraction: number;
  valueClipFraction: number;
  approximateKl: number;
  ratio: number;
}
type Lists =
  | 'rewards'
  | 'values'
  | 'oldLogProbs'
  | 'logProbs'
  | 'newValues'
  | 'advantages'
  | 'returns'
  | 'whitened'
  | 'whitenedRewards'
  | 'policyGradient'
  | 'valueGradient';
const { cases } = JSON.parse(readFileSync(new URL('../test/fixtures/ppo.json', import.meta.url), 'utf8')) as {
  cases: (Case & Record<Lists, number[]>)[];
};

const gridOf = ({ rows, columns, lengths }: Pick<Case, 'rows' | 'columns' | 'lengths'>): Grid => ({
  rows,
  columns,
  mask: Uint8Array.from({ length: rows * columns }, (_, i) => Number(i % columns < lengths[Math.floor(i / columns)]!)),
});

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, digits));
}

beforeAll(() => useBackend(wasm()));

describe.each(cases)('against PyTorch, $rows rows of up to $columns tokens', (given) => {
  const { rows, columns, gamma, lam } = given;
  const grid = gridOf(given);

  it('advantages, returns, whitening', () => {
    const { advantages, returns } = generalizedAdvantages(given.rewards, given.values, grid, { gamma, lambda: lam });
    expectClose(advantages, given.advantages, 12);
    expectClose(returns, given.returns, 12);
    expectClose(whiten(given.advantages, grid), given.whitened, 12);
    expectClose(whiten(given.rewards, grid, { shiftMean: false }), given.whitenedRewards, 12);
  });

  it('losses and their gradients', () => {
    const tensor = (values: ArrayLike<number>) => tf.tensor2d(Float32Array.from(values), [rows, columns]);
    const mask = tensor(grid.mask);
    const [logProbs, values] = [tf.variable(tensor(given.logProbs)), tf.variable(tensor(given.newValues))];
    const [oldLogProbs, advantages] = [tensor(given.oldLogProbs), tensor(given.whitened)];
    const [oldValues, returns] = [tensor(given.values), tensor(given.returns)];
    const ofPolicy = valueAndGradients(
      () => {
        const { loss, ...aux } = policyLoss({ logProbs, oldLogProbs, advantages, mask }, given.clip);
        return { loss, aux };
      },
      new Map([['logProbs', logProbs]]),
    );
    const ofValue = valueAndGradients(
      () => {
        const { loss, ...aux } = valueLoss({ values, oldValues, returns, mask }, given.valueClip);
        return { loss, aux };
      },
      new Map([['values', values]]),
    );
    expect(ofPolicy.value.dataSync()[0]).toBeCloseTo(given.policyLoss, 6);
    expect(ofValue.value.dataSync()[0]).toBeCloseTo(given.valueLoss, 6);
    for (const name of ['clipFraction', 'approximateKl', 'ratio'] as const)
      expect(ofPolicy.aux[name].dataSync()[0]).toBeCloseTo(given[name], 6);
    expect(ofValue.aux.clipFraction.dataSync()[0]).toBeCloseTo(given.valueClipFraction, 6);
    expectClose(ofPolicy.gradients.get('logProbs')!.dataSync(), given.policyGradient, 6);
    expectClose(ofValue.gradients.get('values')!.dataSync(), given.valueGradient, 6);
    tf.disposeVariables();
  });
});

test('published values of advantages, whitening and the clipped loss', () => {
  const grid = gridOf({ rows: 2, columns: 4, lengths: [4, 3] });
  const rewards = [-0.01, 0.02, -0.03, 1, 0, -0.05, 2, 0];
  const { advantages, returns } = generalizedAdvantages(rewards, [0.1, 0.2, 0.3, 0.4, 0.5, 0.4, 0.3, 0], grid);
  expectClose(advantages, [0.7815999, 0.728, 0.64, 0.6, 1.29175, 1.465, 1.7, 0], 6);
  expectClose(returns, [0.8816, 0.928, 0.94, 1, 1.79175, 1.865, 2, 0], 6);
  const white = whiten(advantages, grid);
  expectClose(white, [-0.5550739, -0.6751, -0.8721581, -0.9617298, 0.587303, 0.9752612, 1.5014958, 0], 6);
  const scaled = [-0.1215575, -0.0837485, -0.1467635, 1.1513463, -0.1089545, -0.1719696, 2.4116471, 0];
  expectClose(whiten(rewards, grid, { shiftMean: false }), scaled, 6);
  tf.tidy(() => {
    const tensor = (values: ArrayLike<number>) => tf.tensor2d(Float32Array.from(values), [2, 4]);
    const logProbs = tensor([0.1, -0.3, 0, 0.3, -0.3, 0.3, 0, 0]);
    const given = { logProbs, oldLogProbs: tf.zerosLike(logProbs), advantages: tensor(white), mask: tensor(grid.mask) };
    const { loss, clipFraction, approximateKl } = policyLoss(given, 0.2);
    expect(loss.dataSync()[0]).toBeCloseTo(0.0309993, 6);
    expect(clipFraction.dataSync()[0]).toBeCloseTo(2 / 7, 6);
    expect(approximateKl.dataSync()[0]).toBeCloseTo(0.0264286, 6);
  });
});

test('a fixed sequence of divergences moves an adaptive coefficient as in Ziegler et al.', () => {
  let coefficient = 0.15;
  const seen = [3, 6, 7, 20].map(
    (kl) => (coefficient = adaptKlCoefficient(coefficient, kl, { target: 6, horizon: 1e4, batchSize: 512 })),
  );
  expectClose(seen, [0.148464, 0.148464, 0.14973089, 0.15126414], 8);
});

test('the estimators of a divergence', () => {
  const logRatios = [-0.1, 0.2, -0.5];
  expectClose(logRatios.map(klEstimators.k1), logRatios, 12);
  expectClose(logRatios.map(klEstimators.k2), [0.005, 0.02, 0.125], 7);
  expectClose(logRatios.map(klEstimators.k3), [0.005171, 0.0187308, 0.1487212], 6);
});
