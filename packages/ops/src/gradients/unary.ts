import * as tf from '@tensorflow/tfjs-core';
import { alias } from './sum-to.js';

type Slope = (dy: tf.Tensor, saved: tf.Tensor, attrs: tf.NamedAttrMap) => tf.Tensor;

/** dx from dy and the input. */
const ofInput = (kernelName: string, dx: Slope): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => ({ x: () => dx(dy as tf.Tensor, x!, attrs) }),
});

/** dx from dy and the output. */
const ofOutput = (kernelName: string, dx: Slope): tf.GradConfig => ({
  kernelName,
  outputsToSave: [true],
  gradFunc: (dy, [y], attrs) => ({ x: () => dx(dy as tf.Tensor, y!, attrs) }),
});

/** dx from dy alone. */
const linear = (kernelName: string, dx: (dy: tf.Tensor) => tf.Tensor): tf.GradConfig => ({
  kernelName,
  gradFunc: (dy) => ({ x: () => dx(dy as tf.Tensor) }),
});

const float = (x: tf.Tensor) => tf.cast(x, 'float32');

export const unaryGradients: tf.GradConfig[] = [
  linear('Neg', tf.neg),
  linear('Identity', alias),
  linear('Cast', alias),
  ...['Sign', 'Floor', 'Ceil', 'Round', 'Step', 'ZerosLike', 'OnesLike'].map((name) => linear(name, tf.zerosLike)),
  ofInput('Abs', (dy, x) => tf.mul(dy, tf.sign(x))),
  ofInput('Square', (dy, x) => tf.mul(dy, tf.mul(x, 2))),
  ofOutput('Sqrt', (dy, y) => tf.div(tf.mul(dy, 0.5), y)),
  ofOutput('Rsqrt', (dy, y) => tf.mul(tf.mul(dy, -0.5), tf.mul(y, tf.square(y)))),
  ofOutput('Reciprocal', (dy, y) => tf.neg(tf.mul(dy, tf.square(y)))),
  ofOutput('Exp', (dy, y) => tf.mul(dy, y)),
  ofOutput('Expm1', (dy, y) => tf.mul(dy, tf.add(y, 1))),
  ofInput('Log', (dy, x) => tf.div(dy, x)),
  ofInput('Log1p', (dy, x) => tf.div(dy, tf.add(x, 1))),
  ofInput('Sin', (dy, x) => tf.mul(dy, tf.cos(x))),
  ofInput('Cos', (dy, x) => tf.neg(tf.mul(dy, tf.sin(x)))),
  ofOutput('Tanh', (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
  ofOutput('Sigmoid', (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  ofInput('Erf', (dy, x) => tf.mul(dy, tf.mul(2 / Math.sqrt(Math.PI), tf.exp(tf.neg(tf.square(x)))))),
  ofInput('Softplus', (dy, x) => tf.mul(dy, tf.sigmoid(x))),
  ofInput('Relu', (dy, x) => tf.mul(dy, tf.step(x))),
  ofInput('LeakyRelu', (dy, x, { alpha }) => tf.mul(dy, tf.step(x, alpha as number))),
  ofInput('ClipByValue', (dy, x, { clipValueMin, clipValueMax }) => {
    const inside = tf.logicalAnd(tf.greaterEqual(x, clipValueMin as number), tf.lessEqual(x, clipValueMax as number));
    return tf.mul(dy, float(inside));
  }),
];
