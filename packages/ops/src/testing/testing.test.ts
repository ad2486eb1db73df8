import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { cpu } from '../cpu/index.js';
import { skipped } from './backend-test.js';
import { erf } from './cases/functions.js';
import { conformance, expectClose, expectGradients, expectNoLeaks } from './index.js';

beforeAll(() => useBackend(cpu()));

describe('expectClose', () => {
  test('accepts what is near, and names what is not', async () => {
    await expectClose(tf.tensor1d([1, 2]), [1.000001, 2]);
    await expect(expectClose([1, 2.1], [1, 2], { name: 'y' })).rejects.toThrow('y: element 1 is 2.1, expected 2');
    await expect(expectClose([1], [1, 2])).rejects.toThrow('1 elements, expected 2');
  });
  test('wants NaN and infinities where they belong', async () => {
    await expectClose([NaN, Infinity], [NaN, Infinity]);
    await expect(expectClose([NaN, 1], [1, 1])).rejects.toThrow('element 0 is NaN');
    await expect(expectClose([1, -Infinity], [1, Infinity])).rejects.toThrow('element 1 is -Infinity');
    await expect(expectClose([1], [NaN])).rejects.toThrow('expected NaN');
  });
});

describe('expectGradients', () => {
  const x = () => tf.tensor1d([0.5, -1, 2]);
  test('accepts a right gradient, of arguments and of variables', async () => {
    await expectGradients((a, b) => tf.mul(tf.tanh(a!), b!), [x(), tf.scalar(3)]);
    const variable = tf.variable(x());
    await expectGradients(() => tf.square(variable), [variable]);
    expect([...variable.dataSync()]).toEqual([0.5, -1, 2]);
  });
  test('finds a wrong one', async () => {
    const wrong = tf.customGrad((a) => ({ value: tf.square(a as tf.Tensor), gradFunc: (dy: tf.Tensor) => dy }));
    await expect(expectGradients((a) => wrong(a!), [x()])).rejects.toThrow('gradient of input 0');
  });
});

test('expectNoLeaks finds a tensor that stays', async () => {
  await expectNoLeaks(() => tf.ones([2]).dispose());
  await expect(expectNoLeaks(() => void tf.ones([2]))).rejects.toThrow('leak');
});

test('a skip carries its reason, and one without a test is an error', () => {
  const tests = [{ name: 'a', body: async () => {} }];
  expect(skipped(tests, [{ reason: 'why', tests: /a/ }])).toMatchObject([{ name: 'a', reason: 'why' }]);
  expect(() => conformance(cpu, { skip: [{ reason: 'why', tests: /no case has this name/ }] })).toThrow('no such test');
});

test('the error function of the suite is that of the tables', () => {
  // Abramowitz and Stegun, table 7.1
  expect(erf(0.5)).toBeCloseTo(0.5204998778, 10);
  expect(erf(1)).toBeCloseTo(0.8427007929, 10);
  expect(erf(2.6)).toBeCloseTo(0.9997639656, 10);
  expect(erf(-2)).toBeCloseTo(-0.995322265, 9);
});
