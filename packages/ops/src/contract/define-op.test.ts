import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { cpu } from '../cpu/index.js';
import { registerGradients } from '../gradients/index.js';
import { gelu } from '../ops/gelu.js';
import { linear } from '../ops/linear.js';
import { layerNorm } from '../ops/layer-norm.js';
import { globalNorm } from '../ops/global-norm.js';
import { expectClose, expectNoLeaks } from '../testing/index.js';
import { withoutKernels } from '../testing/without-kernels.js';
import { isExclusive, registerFusedKernel } from './index.js';

beforeAll(async () => {
  await useBackend(cpu());
  registerGradients();
});
afterEach(() => {
  for (const { kernelName } of tf.getKernelsForBackend('cpu'))
    if (kernelName.startsWith('Ashlar')) tf.unregisterKernel(kernelName, 'cpu');
});

const x = () => tf.tensor2d([[1, -2], [3, 0.5]]); // prettier-ignore
const constant = (shape: number[], value: number) => tf.tidy(() => tf.keep(tf.fill(shape, value)));

test('the kernel of the backend runs, forward and backward independently', async () => {
  registerFusedKernel('AshlarGelu', 'cpu', ({ inputs }) => [constant(inputs.x.shape, 7)]);
  await expectClose(gelu(x()), [7, 7, 7, 7]);
  const [reference] = tf.grads((a) => gelu(a))([tf.scalar(0)]);
  await expectClose(reference!, [0.5]);
  registerFusedKernel('AshlarGeluGrad', 'cpu', ({ inputs }) => [constant(inputs.dy.shape, 3)]);
  const [fused] = tf.grads((a) => gelu(a))([tf.scalar(0)]);
  await expectClose(fused!, [3]);
});

test('a call that a kernel does not cover runs as the reference', async () => {
  const seen: object[] = [];
  registerFusedKernel('AshlarGelu', 'cpu', ({ inputs }) => [constant(inputs.x.shape, 7)], {
    covers: ({ inputs, attrs }) => seen.push(attrs) > 0 && inputs.x.rank === 2 && attrs.approximate === 'none',
  });
  await expectClose(gelu(x()), [7, 7, 7, 7]);
  await expectClose(gelu(tf.scalar(0)), [0]);
  await expectClose(gelu(tf.zeros([1, 1]), { approximate: 'tanh' }), [0]);
  expect(seen).toEqual([{ approximate: 'none' }, { approximate: 'none' }, { approximate: 'tanh' }]);
  await withoutKernels(() => expectClose(gelu(tf.zeros([1, 1])), [0]));
  await expectClose(gelu(tf.scalar(0)), [0]); // still so when it is back
  registerFusedKernel('AshlarGelu', 'cpu', ({ inputs }) => [constant(inputs.x.shape, 5)]);
  await expectClose(gelu(tf.scalar(0)), [5]);
});

test('a kernel hears which gradients are wanted: frozen weights and data cost nothing', () => {
  const asked: string[][] = [];
  registerFusedKernel('AshlarLinearGrad', 'cpu', ({ inputs, attrs }) => {
    asked.push([...attrs.wanted]);
    const shapes = { x: inputs.x.shape, weight: inputs.weight.shape, bias: [inputs.weight.shape[0]!] };
    return attrs.wanted.map((name) => constant(shapes[name], 0));
  });
  const [weight, bias, data] = [tf.variable(tf.ones([3, 2])), tf.variable(tf.ones([3])), x()];
  const gradients = (of: tf.Tensor[]) => tf.engine().gradients(() => tf.sum(linear(data, weight, bias)), of);
  gradients([weight, bias]);
  gradients([data]);
  gradients([bias]);
  expect(asked).toEqual([['weight', 'bias'], ['x'], ['bias']]);
});

test('residuals are asked for only while a tape records', () => {
  const asked: boolean[] = [];
  registerFusedKernel('AshlarLayerNorm', 'cpu', ({ inputs, attrs }) => {
    asked.push(attrs.residuals);
    const stat = () => constant([2, 1], 1);
    return [constant(inputs.x.shape, 0), ...(attrs.residuals ? [stat(), stat()] : [])];
  });
  const weight = tf.ones([2]);
  layerNorm(x(), weight);
  tf.grad((a) => layerNorm(a, weight))(x());
  expect(asked).toEqual([false, true]);
});

test('a list reaches the kernel in order', async () => {
  registerFusedKernel('AshlarGlobalNorm', 'cpu', ({ inputs }) => [constant([], inputs.tensors.length)]);
  await expectClose(globalNorm(Array.from({ length: 12 }, () => x())), [12]);
});

test('nothing is copied or left for the backward pass', async () => {
  await expectNoLeaks(() => {
    tf.tidy(() => {
      const weight = tf.ones([3, 2]);
      let bytes = 0;
      tf.grad((a) => {
        const before = tf.memory().numDataBuffers;
        const y = linear(a, weight, null, { activation: 'gelu' });
        bytes = tf.memory().numDataBuffers - before;
        return y;
      })(x());
      expect(bytes).toBe(2); // the result and the preactivation
    });
  });
});

test('gradients of gradients work through the references', async () => {
  const second = tf.grad((a) => tf.grad((b) => gelu(b))(a));
  // second derivative of x * cdf(x) at 0 is 2 * pdf(0)
  await expectClose(second(tf.scalar(0)), [2 / Math.sqrt(2 * Math.PI)], { tolerance: 1e-6 });
});

test('a clone, a variable and a recording tape share data, so that it is not exclusive', () => {
  const a = x();
  expect(isExclusive(a)).toBe(true);
  const clone = tf.clone(a);
  expect(isExclusive(a)).toBe(false);
  clone.dispose();
  const variable = tf.variable(a);
  expect(isExclusive(a)).toBe(false);
  variable.dispose();
  tf.grad((b) => {
    const y = gelu(b);
    expect(isExclusive(b)).toBe(false);
    return y;
  })(a);
  expect(isExclusive(a)).toBe(true);
});
