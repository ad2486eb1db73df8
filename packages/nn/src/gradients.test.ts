import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { initialize, Linear, parameters, valueAndGradients } from './index.js';

describe('valueAndGradients', () => {
  it('needs nothing but tfjs-core and a backend', () => {
    using linear = initialize(new Linear(2, 1), { seed: 3 });
    tf.tidy(() => {
      const x = tf.tensor2d([[1, 2], [3, 4]]); // prettier-ignore
      const { value, gradients } = valueAndGradients(
        () => tf.sum(tf.square(linear.forward(x))) as tf.Scalar,
        parameters(linear),
      );
      const y = linear.forward(x).dataSync();
      expect(value.dataSync()[0]).toBeCloseTo(y[0]! ** 2 + y[1]! ** 2, 6);
      expect(gradients.get('bias')!.dataSync()[0]).toBeCloseTo(2 * (y[0]! + y[1]!), 5);
      expect(gradients.get('weight')!.dataSync()[1]).toBeCloseTo(2 * (2 * y[0]! + 4 * y[1]!), 5);
    });
  });

  it('leaves out parameters that the loss does not use', () => {
    using linear = initialize(new Linear(2, 1), { seed: 3 });
    tf.tidy(() => {
      const { gradients } = valueAndGradients(() => tf.sum(linear.weight) as tf.Scalar, parameters(linear));
      expect([...gradients.keys()]).toEqual(['weight']);
    });
  });

  it('hands back other tensors of the forward pass and leaks nothing', () => {
    using linear = initialize(new Linear(2, 1), { seed: 3 });
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const { aux } = valueAndGradients(() => {
        const y = linear.forward(tf.ones([1, 2]));
        return { loss: tf.sum(y) as tf.Scalar, aux: { output: y } };
      }, parameters(linear));
      expect(aux.output.shape).toEqual([1, 1]);
      expect(aux.output.isDisposed).toBe(false);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('does not take over what it hands back', () => {
    using linear = initialize(new Linear(2, 1), { seed: 3 });
    tf.tidy(() => {
      const outer = tf.scalar(4);
      tf.tidy(() => {
        const loss = () => tf.sum(linear.weight) as tf.Scalar;
        valueAndGradients(() => ({ loss: loss(), aux: { outer, weight: linear.weight } }), parameters(linear));
      });
      expect(outer.isDisposed).toBe(false);
      expect(linear.weight.isDisposed).toBe(false);
    });
  });

  it('says what is wrong with a loss, and keeps nothing of it', () => {
    using linear = initialize(new Linear(2, 1), { seed: 3 });
    const before = tf.memory().numTensors;
    const attempt = (loss: () => tf.Tensor) =>
      tf.tidy(() => {
        const f = () => ({ loss: loss() as tf.Scalar, aux: { more: tf.scalar(1) } });
        valueAndGradients(f, parameters(linear));
      });
    expect(() => attempt(() => tf.square(linear.weight))).toThrow('the loss must be a scalar, not [1,2]');
    expect(() => attempt(() => tf.scalar(3))).toThrow('valueAndGradients: the loss depends on none of the parameters');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves no trace after an exception', () => {
    using linear = initialize(new Linear(2, 1), { seed: 3 });
    const before = tf.memory().numTensors;
    const failing = () => {
      linear.forward(tf.ones([1, 2]));
      throw new Error('stop');
    };
    expect(() => tf.tidy(() => void valueAndGradients(failing, parameters(linear)))).toThrow('stop');
    expect(tf.memory().numTensors).toBe(before);
    tf.tidy(() => {
      const { value } = valueAndGradients(() => tf.sum(linear.weight) as tf.Scalar, parameters(linear));
      expect(value.rank).toBe(0);
    });
  });
});
