import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { cpu } from '../cpu/index.js';
import { registerGradients } from '../gradients/index.js';
import { linear } from '../ops/linear.js';
import { expectNoLeaks, peakMemory } from '../testing/index.js';
import { differentiate } from './index.js';

beforeAll(async () => {
  await useBackend(cpu());
  registerGradients();
});

let x: tf.Tensor;
let w: tf.Variable;
beforeEach(() => {
  x = tf.tensor2d([0.5, -1.25, 2, 0.1], [1, 4]);
  w = tf.tidy(() =>
    tf.variable(
      tf.tensor2d(
        [...Array(16).keys()].map((i) => Math.sin(i)),
        [4, 4],
      ),
    ),
  );
});

/** Uses its input twice, and w in every layer. */
const deep = (layers: number) => () => {
  let y: tf.Tensor = x;
  for (let i = 0; i < layers; i++) y = tf.tidy(() => tf.add(y, tf.tanh(linear(y, w))));
  return y;
};

describe('differentiate', () => {
  test("gives tfjs's own gradients to the last bit, and of what the value does not depend on none", () => {
    const unused = tf.variable(tf.ones([2]));
    const dy = tf.fill([1, 4], 0.3);
    const own = differentiate(deep(3), [x, w, unused], dy);
    const stock = tf.engine().gradients(deep(3), [x, w, unused], dy, true);
    expect(own.value.dataSync()).toEqual(stock.value.dataSync());
    expect(own.grads[2]).toBeUndefined();
    for (const i of [0, 1]) expect(own.grads[i]!.dataSync()).toEqual(stock.grads[i]!.dataSync());
    expect([...dy.dataSync()]).toHaveLength(4); // still the caller's
  });

  test('frees on the way back: the peak of 40 layers is less than half of what tfjs holds', async () => {
    const run = (f: () => object) => peakMemory(() => void tf.tidy(() => void f()));
    const own = await run(() => differentiate(deep(40), [x, w]));
    const stock = await run(() => tf.engine().gradients(deep(40), [x, w], undefined, true));
    expect(own).toBeLessThan(stock / 2);
  });

  test('leaves nothing behind, also after an exception on the way back', async () => {
    const broken = tf.customGrad((a, save) => {
      (save as tf.GradSaveFunc)([a as tf.Tensor]);
      return { value: tf.exp(a as tf.Tensor), gradFunc: () => tf.ones([7]) };
    });
    await expectNoLeaks(() => {
      tf.dispose(tf.tidy(() => differentiate(deep(3), [x, w]).grads as tf.Tensor[]));
      tf.tidy(() => {
        expect(() => differentiate(() => broken(deep(2)()), [w])).toThrow('must be float32 [1,4]');
      });
    });
    expect(tf.engine().state).toMatchObject({ gradientDepth: 0, kernelDepth: 0 });
  });

  test('names the operation that has no gradient', () => {
    expect(() => differentiate(() => tf.topk(x, 2).values, [x])).toThrow('TopK has no gradient');
  });

  test('takes a gradient that is the same object as another', () => {
    const both = tf.customGrad((a, b) => ({
      value: tf.add(a as tf.Tensor, b as unknown as tf.Tensor),
      gradFunc: (dy) => [dy, dy],
    }));
    const { grads } = differentiate(() => both(tf.mul(x, 2), tf.mul(x, 3)), [x]);
    expect([...grads[0]!.dataSync()]).toEqual([5, 5, 5, 5]);
  });

  test('inside a recording tape, every order of gradient is right', () => {
    const cube = (a: tf.Tensor) => tf.mul(a, tf.square(a));
    const slope = tf.grad((a) => differentiate(() => cube(a), [a]).grads[0]!)(x);
    expect([...slope.dataSync()].map((value) => Number(value.toFixed(5)))).toEqual([3, -7.5, 12, 0.6]);
  });
});
