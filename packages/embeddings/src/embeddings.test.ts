import '@tensorflow/tfjs-backend-cpu';
import { initialize, parameters, valueAndGradients } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { LearnedPositionEmbedding, sinusoidalPositions, TokenEmbedding } from './index.js';

describe('TokenEmbedding', () => {
  it('looks rows up', () => {
    using wte = initialize(new TokenEmbedding(5, 3), { seed: 1 });
    tf.tidy(() => {
      const rows = wte.forward(tf.tensor2d([[4, 0], [1, 4]], [2, 2], 'int32')); // prettier-ignore
      expect(rows.shape).toEqual([2, 2, 3]);
      const weight = wte.weight.dataSync();
      expect([...rows.dataSync().slice(0, 3)]).toEqual([...weight.slice(12, 15)]);
    });
  });

  it('sums the gradients of a token that occurs twice', () => {
    using wte = initialize(new TokenEmbedding(3, 2), { seed: 1 });
    tf.tidy(() => {
      const { gradients } = valueAndGradients(
        () => tf.sum(wte.forward(tf.tensor1d([2, 0, 2], 'int32'))) as tf.Scalar,
        parameters(wte),
      );
      expect([...gradients.get('weight')!.dataSync()]).toEqual([1, 1, 0, 0, 2, 2]);
    });
  });
});

describe('LearnedPositionEmbedding', () => {
  it('has one row for each position', () => {
    using wpe = new LearnedPositionEmbedding(16, 4);
    expect(wpe.weight.shape).toEqual([16, 4]);
  });
});

describe('sinusoidalPositions', () => {
  it('starts with sine 0 and cosine 1 and turns fastest in the first columns', () => {
    const table = sinusoidalPositions(3, 4);
    expect([...table.slice(0, 4)]).toEqual([0, 1, 0, 1]);
    expect(table[4]).toBeCloseTo(Math.sin(1), 6);
    expect(table[7]).toBeCloseTo(Math.cos(0.01), 6);
  });

  it('gives every row the same length', () => {
    const table = sinusoidalPositions(50, 8);
    for (let row = 0; row < 50; row++) {
      const square = table.slice(row * 8, row * 8 + 8).reduce((sum, value) => sum + value * value, 0);
      expect(square).toBeCloseTo(4, 4);
    }
  });

  it('needs an even width', () => {
    expect(() => sinusoidalPositions(2, 3)).toThrow('hiddenSize (3) must be even');
  });
});
