import * as tf from '@tensorflow/tfjs-core';
import { adamW, crossEntropy, embedding, layerNorm, linear, RandomStream } from '../../src/index.js';

/** Odd sizes on purpose: shaders pad them. */
const [vocab, hidden, rows] = [7, 5, 9];

/** A language model of one layer, with the state of its optimizer. */
export interface Model {
  table: tf.Variable;
  weight: tf.Variable;
  bias: tf.Variable;
  gain: tf.Variable;
  offset: tf.Variable;
}

export const variables = (model: Model): tf.Variable[] => Object.values(model);

const draw = (name: string, shape: number[], std: number) =>
  tf.tidy(() =>
    tf.variable(tf.tensor(new RandomStream(5, name).normalArray(tf.util.sizeFromShape(shape), { std }), shape)),
  );
const fill = (value: number) => tf.tidy(() => tf.variable(tf.fill([hidden], value)));

export const makeModel = (): Model => ({
  table: draw('table', [vocab, hidden], 0.5),
  weight: draw('weight', [hidden, hidden], 0.5),
  bias: fill(0),
  gain: fill(1),
  offset: fill(0),
});

/** Another model on the same data: on cpu, and wherever tfjs shares, no value is copied. */
export const share = (model: Model): Model =>
  Object.fromEntries(
    Object.entries(model).map(([name, variable]) => [name, tf.variable(variable as tf.Variable)]),
  ) as unknown as Model;

/** The block alone: `[..., hidden]` to `[..., hidden]` */
export const block = ({ weight, bias, gain, offset }: Model, x: tf.Tensor): tf.Tensor =>
  layerNorm(linear(x, weight, bias, { activation: 'gelu_new' }), gain, offset);

/** Ids and targets of one step, int32 `[rows]`. */
export function batch(step: number): { ids: tf.Tensor; targets: tf.Tensor } {
  const stream = new RandomStream(9, 'tokens');
  const ids = Array.from({ length: rows }, (_, i) => Math.floor(stream.uniform(step * rows + i) * vocab));
  return {
    ids: tf.tensor1d(ids, 'int32'),
    targets: tf.tensor1d(ids.map((id, i) => (i === 4 ? -100 : (3 * id + 1) % vocab)), 'int32'), // prettier-ignore
  };
}

/** Mean loss over the rows that count; the unembedding is tied to the table. */
export function lossOf(model: Model, step: number, run = (x: tf.Tensor) => block(model, x)): tf.Scalar {
  const { ids, targets } = batch(step);
  const logits = linear(run(embedding(ids, model.table)), model.table);
  return tf.div(tf.sum(crossEntropy(logits, targets)), rows - 1);
}

export interface Moments {
  firstMoments: tf.Variable[];
  secondMoments: tf.Variable[];
}

export function makeMoments(model: Model): Moments {
  const zeros = () => variables(model).map((variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable))));
  return { firstMoments: zeros(), secondMoments: zeros() };
}

/** One training step; the loss of the model before it. */
export function trainStep(model: Model, moments: Moments, step: number): tf.Scalar {
  return tf.tidy(() => {
    const parameters = variables(model);
    const { value, grads } = tf.engine().gradients(() => lossOf(model, step), parameters);
    adamW(
      { parameters, gradients: grads, ...moments, weightDecays: parameters.map(({ rank }) => (rank > 1 ? 0.1 : 0)) },
      { learningRate: 0.01, beta1: 0.9, beta2: 0.95, eps: 1e-8, step: step + 1 },
    );
    return value;
  });
}
