import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { cpu } from '../cpu/index.js';
import { registerGradients } from '../gradients/index.js';
import { linear } from '../ops/linear.js';
import { dropout } from '../ops/dropout.js';
import { DropoutRng } from '../random/dropout-rng.js';
import { expectClose, expectNoLeaks } from '../testing/index.js';
import { checkpointed, referenceGradient } from './index.js';

beforeAll(async () => {
  await useBackend(cpu());
  registerGradients();
});

const { state } = tf.engine();
const tapeState = () => ({ tape: state.activeTape, gradient: state.gradientDepth, kernel: state.kernelDepth });
let x: tf.Tensor;
beforeEach(() => {
  x = tf.tensor1d([0.5, -1.25, 2]);
});

const cube = (a: tf.Tensor) => tf.mul(a, tf.square(a));
/** cube, with its gradient taken from `inner` by a tape swap. */
const withGradientOf = (inner: (a: tf.Tensor) => tf.Tensor) =>
  tf.customGrad((a, save) => {
    (save as tf.GradSaveFunc)([a as tf.Tensor]);
    return {
      value: cube(a as tf.Tensor),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => referenceGradient(inner, [saved!], dy),
    };
  });
const cubeGradient = [0.75, 4.6875, 12];

describe('referenceGradient', () => {
  test('inside a gradient', async () => {
    await expectClose(tf.grad(withGradientOf(cube))(x), cubeGradient, { tolerance: 1e-6 });
    expect(tapeState()).toMatchObject({ gradient: 0, kernel: 0 });
  });

  test('two deep', async () => {
    const once = withGradientOf(cube);
    const twice = withGradientOf((a) => once(a) as tf.Tensor);
    const f = (a: tf.Tensor) => tf.add(tf.square(a), twice(a) as tf.Tensor);
    const expected = cubeGradient.map((value, i) => value + [1, -2.5, 4][i]!);
    await expectClose(tf.grad(f)(x), expected, { tolerance: 1e-6 });
  });

  test('inside tidy, without a leak', () =>
    expectNoLeaks(() => {
      tf.dispose(tf.tidy(() => tf.grad((a) => tf.tidy(() => withGradientOf(cube)(a) as tf.Tensor))(x)));
    }));

  test('outside of any gradient', async () => {
    await expectClose(referenceGradient(cube, [x], tf.onesLike(x))[0]!, cubeGradient, { tolerance: 1e-6 });
  });

  test('while an outer gradient records: second derivatives', async () => {
    const first = (a: tf.Tensor) => referenceGradient(cube, [a], tf.onesLike(a))[0]!;
    await expectClose(tf.grad(first)(x), [3, -7.5, 12], { tolerance: 1e-6 });
  });

  test('after an exception the tape is as before, and nothing is left', async () => {
    const failing = (a: tf.Tensor): tf.Tensor => {
      tf.exp(a); // saves its output on the tape
      throw new Error('on purpose');
    };
    const attempt = () => {
      const before = tapeState();
      const inside = (a: tf.Tensor) => {
        const y = cube(a);
        expect(() => referenceGradient(failing, [x], x)).toThrow('on purpose');
        return y;
      };
      expect(() => referenceGradient(failing, [x], x)).toThrow('on purpose');
      expect(tapeState()).toEqual(before);
      return tf.grad(withGradientOf(inside))(x);
    };
    await expectNoLeaks(async () => {
      const gradient = tf.tidy(attempt);
      await expectClose(gradient, cubeGradient, { tolerance: 1e-6 });
      gradient.dispose();
    });
  });
});

describe('checkpointed', () => {
  const weight = () => tf.tidy(() => tf.variable(tf.tensor2d([0.5, -1, 0.25, 2, 1, -0.5, 0.1, 0.2, 0.3], [3, 3])));

  /** Gradients of the input and a variable. */
  function gradients(w: tf.Variable, f: (a: tf.Tensor) => tf.Tensor): tf.Tensor[] {
    return tf.engine().gradients(() => tf.sum(tf.square(f(tf.mul(x, 2)))), [x, w]).grads;
  }

  test('gives the gradients of the arguments and of the variables it uses', async () => {
    const w = weight();
    const f = (a: tf.Tensor) => tf.tanh(linear(tf.tanh(linear(a, w)), w));
    const [plain, recomputed] = [gradients(w, f), gradients(w, checkpointed(f as (...xs: tf.Tensor[]) => tf.Tensor))];
    for (const [i, gradient] of plain.entries()) await expectClose(recomputed[i]!, gradient, { tolerance: 1e-6 });
  });

  test('inside itself', async () => {
    const w = weight();
    const inner = checkpointed((a) => tf.tanh(linear(a!, w)));
    const f = (a: tf.Tensor) => linear(tf.tanh(linear(a, w)), w);
    const nested = gradients(w, checkpointed((a) => linear(inner(a!), w))); // prettier-ignore
    for (const [i, gradient] of gradients(w, f).entries()) await expectClose(nested[i]!, gradient, { tolerance: 1e-6 });
  });

  test('keeps fewer bytes until the backward pass, and leaks none', async () => {
    const w = weight();
    const deep = (a: tf.Tensor) => {
      let y = a;
      for (let i = 0; i < 10; i++) y = tf.tanh(tf.mul(y, 1.1));
      return linear(y, w);
    };
    const kept = (f: (a: tf.Tensor) => tf.Tensor) => {
      let tensors = 0;
      tf.tidy(() => {
        gradients(w, (a) => {
          const before = tf.memory().numTensors;
          const y = f(a);
          tensors = tf.memory().numTensors - before;
          return y;
        });
      });
      return tensors;
    };
    expect(kept((a) => tf.tidy(() => checkpointed((b) => deep(b!))(a)))).toBeLessThan(4);
    expect(kept((a) => tf.tidy(() => deep(a)))).toBeGreaterThan(20);
    await expectNoLeaks(() => void kept(checkpointed((b) => deep(b!))));
  });

  test('draws the same dropout again from forks of one generator', async () => {
    const w = weight();
    const rng = new DropoutRng({ seed: 1, step: 2 });
    const f = (a: tf.Tensor) => dropout(linear(a, w), 0.5, rng.fork());
    const recomputed = gradients(w, checkpointed((a) => f(a!))); // prettier-ignore
    for (const [i, gradient] of gradients(w, f).entries())
      await expectClose(recomputed[i]!, gradient, { tolerance: 1e-6 });
  });

  test('passes integer arguments through, and asks for no gradient of frozen variables', async () => {
    const w = weight();
    const frozen = tf.variable(tf.ones([3]), false);
    const f = (a: tf.Tensor, ids: tf.Tensor) => tf.mul(tf.gather(linear(a, w), ids), frozen);
    const ids = tf.tensor1d([2, 0, 0], 'int32');
    const recomputed = gradients(w, (a) => checkpointed((b, i) => f(b!, i!))(a, ids));
    for (const [i, gradient] of gradients(w, (a) => f(a, ids)).entries())
      await expectClose(recomputed[i]!, gradient, { tolerance: 1e-6 });
  });

  test('refuses a captured tensor that carries a gradient', () => {
    const w = weight();
    const captured = (a: tf.Tensor) => {
      const b = tf.exp(a);
      return checkpointed((c) => tf.mul(c!, b))(a);
    };
    expect(() => gradients(w, captured)).toThrow('pass it as an argument');
  });

  test('without a tape it is the function itself', async () => {
    await expectClose(checkpointed((a) => cube(a!))(x), await cube(x).data(), { tolerance: 0 });
  });
});
