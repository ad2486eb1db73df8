import * as tf from '@tensorflow/tfjs-core';
import { sumTo } from './sum-to.js';

type Part = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** A gradient config of two broadcast inputs from the two partial derivatives times dy. */
const binary = (kernelName: string, da: Part, db: Part): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, [a, b]) => ({
    a: () => sumTo(da(dy as tf.Tensor, a!, b!), a!.shape),
    b: () => sumTo(db(dy as tf.Tensor, a!, b!), b!.shape),
  }),
});

const float = (x: tf.Tensor) => tf.cast(x, 'float32');
/** dy where the condition holds, else 0. */
const where = (condition: tf.Tensor, dy: tf.Tensor) => tf.mul(dy, float(condition));

export const binaryGradients: tf.GradConfig[] = [
  binary(
    'Add',
    (dy) => dy,
    (dy) => dy,
  ),
  binary(
    'Sub',
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  binary(
    'Multiply',
    (dy, _, b) => tf.mul(dy, float(b)),
    (dy, a) => tf.mul(dy, float(a)),
  ),
  binary(
    'RealDiv',
    (dy, _, b) => tf.div(dy, float(b)),
    (dy, a, b) => tf.neg(tf.mul(dy, tf.div(a, tf.square(float(b))))),
  ),
  // where both are equal the first input gets the gradient
  binary(
    'Maximum',
    (dy, a, b) => where(tf.greaterEqual(a, b), dy),
    (dy, a, b) => where(tf.less(a, b), dy),
  ),
  binary(
    'Minimum',
    (dy, a, b) => where(tf.lessEqual(a, b), dy),
    (dy, a, b) => where(tf.greater(a, b), dy),
  ),
  binary(
    'SquaredDifference',
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(a, b))),
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(b, a))),
  ),
  binary(
    'Pow',
    (dy, a, b) => {
      const slope = tf.mul(b, tf.pow(a, tf.sub(b, 1)));
      return tf.mul(dy, tf.where(tf.equal(b, 0), tf.zerosLike(slope), slope)); // x^0 is flat, also at 0
    },
    (dy, a, b) => {
      const positive = tf.greater(a, 0);
      const logarithm = tf.log(tf.where(positive, a, tf.onesLike(a)));
      return tf.mul(dy, tf.mul(tf.pow(a, b), logarithm));
    },
  ),
];
