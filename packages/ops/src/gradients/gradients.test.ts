import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { cpu } from '../cpu/index.js';
import { useBackend } from '../backend/use-backend.js';
import { RandomStream } from '../random/random-stream.js';
import { expectGradients } from '../testing/index.js';
import { registerGradients } from './index.js';

beforeAll(async () => {
  await useBackend(cpu());
  registerGradients();
});

/** Values that keep a distance from 0 and from each other, so that no kink lies between two differences. */
function spread(name: string, shape: number[], from = -2, to = 2): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  const order = [...new RandomStream(3, name).uniformArray(size)].map((key, i) => ({ key, i }));
  order.sort((a, b) => a.key - b.key);
  return tf.tensor(
    order.map(({ i }) => from + ((to - from) * (i + 0.37)) / size),
    shape,
  );
}
const positive = (name: string, shape: number[]) => spread(name, shape, 0.2, 3);

type Case = [name: string, f: (...xs: tf.Tensor[]) => tf.Tensor, xs: () => tf.Tensor[]];

const unary: Case[] = (
  [
    ['neg', tf.neg],
    ['clone', tf.clone],
    ['abs', tf.abs],
    ['square', tf.square],
    ['sqrt', tf.sqrt, positive],
    ['rsqrt', tf.rsqrt, positive],
    ['reciprocal', tf.reciprocal, positive],
    ['exp', tf.exp],
    ['expm1', tf.expm1],
    ['log', tf.log, positive],
    ['log1p', tf.log1p, positive],
    ['sin', tf.sin],
    ['cos', tf.cos],
    ['tanh', tf.tanh],
    ['sigmoid', tf.sigmoid],
    ['erf', tf.erf],
    ['softplus', tf.softplus],
    ['relu', tf.relu],
    ['leakyRelu', (x) => tf.leakyRelu(x, 0.3)],
    ['clipByValue', (x) => tf.clipByValue(x, -1.1, 1.3)],
    ['sign', tf.sign],
    ['floor', tf.floor],
    ['ceil', tf.ceil],
    ['round', tf.round],
    ['step', (x) => tf.step(x)],
    ['zerosLike', tf.zerosLike],
    ['onesLike', tf.onesLike],
    ['cast', (x) => tf.cast(x, 'float32')],
  ] satisfies [string, (x: tf.Tensor) => tf.Tensor, ((name: string, shape: number[]) => tf.Tensor)?][]
).map(([name, f, make = spread]) => [name, f, () => [make(name, [2, 7])]]);

const pairs: [number[], number[]][] = [
  [[2, 3], [2, 3]],
  [[2, 3], [3]],
  [[2, 1, 3], [4, 1]],
  [[], [2, 2]],
]; // prettier-ignore
const binary: Case[] = (
  [
    ['add', tf.add],
    ['sub', tf.sub],
    ['mul', tf.mul],
    ['div', tf.div],
    ['maximum', tf.maximum],
    ['minimum', tf.minimum],
    ['squaredDifference', tf.squaredDifference],
    ['pow', tf.pow],
  ] as [string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor][]
).flatMap(([name, f]) =>
  pairs.map(([a, b]): Case => [
    `${name} [${a}] and [${b}]`,
    f as Case[1],
    () => [name === 'pow' ? positive('a', a) : spread('a', a), spread('b', b, 0.3, 2.6)],
  ]),
);

const products: Case[] = (
  [
    [[2, 3], [3, 4]],
    [[2, 5, 3], [2, 3, 4]],
    [[2, 5, 3], [1, 3, 4]],
    [[5, 3], [2, 3, 4]],
    [[3, 2, 2, 3], [2, 3, 2]],
  ] as [number[], number[]][]
).flatMap(([a, b]) =>
  [false, true].flatMap((ta) =>
    [false, true].map((tb): Case => {
      const swap = (shape: number[], yes: boolean) =>
        yes ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
      return [
        `matMul [${a}]${ta ? '^T' : ''} and [${b}]${tb ? '^T' : ''}`,
        (x, y) => tf.matMul(x!, y!, ta, tb),
        () => [spread('a', swap(a, ta)), spread('b', swap(b, tb))],
      ];
    }),
  ),
); // prettier-ignore

const x = (shape: number[]) => () => [spread('x', shape)];
const indices = (values: number[], shape: number[]) => () => tf.tensor(values, shape, 'int32');
const [rows, pairsOfRows] = [indices([2, 0, 2, 1], [4]), indices([2, 0, 1, 1], [2, 2])];

const others: Case[] = [
  ['sum of all', (a) => tf.sum(a!), x([2, 3])],
  ['sum over [0, 2]', (a) => tf.sum(a!, [0, 2]), x([2, 3, 4])],
  ['sum over -1, kept', (a) => tf.sum(a!, -1, true), x([2, 3])],
  ['mean over 1', (a) => tf.mean(a!, 1), x([2, 3, 4])],
  ['mean of all', (a) => tf.mean(a!), x([5])],
  ['max over 1', (a) => tf.max(a!, 1), x([2, 5])],
  ['max of all', (a) => tf.max(a!), x([2, 5])],
  ['min over -1, kept', (a) => tf.min(a!, -1, true), x([2, 5])],
  ['logSumExp', (a) => tf.logSumExp(a!, 1), x([3, 4])],
  ['softmax', (a) => tf.softmax(a!), x([2, 5])],
  ['logSoftmax', (a) => tf.logSoftmax(a!), x([2, 5])],
  ['cumsum over 1', (a) => tf.cumsum(a!, 1), x([2, 4])],
  ['cumsum over 0, exclusive, reverse', (a) => tf.cumsum(a!, 0, true, true), x([3, 2])],
  ['reshape', (a) => tf.reshape(a!, [4, 3]), x([2, 6])],
  ['expandDims', (a) => tf.expandDims(a!, 1), x([2, 3])],
  ['squeeze', (a) => tf.squeeze(a!), x([2, 1, 3])],
  ['transpose', (a) => tf.transpose(a!, [2, 0, 1]), x([2, 3, 4])],
  ['transpose without permutation', (a) => tf.transpose(a!), x([2, 3])],
  ['reverse', (a) => tf.reverse(a!, 1), x([2, 3])],
  ['pad', (a) => tf.pad(a!, [[1, 0], [2, 1]]), x([2, 3])], // prettier-ignore
  ['slice', (a) => tf.slice(a!, [0, 1], [-1, 2]), x([2, 4])],
  ['slice of a vector', (a) => tf.slice(a!, 1, 2), x([5])],
  ['tile', (a) => tf.tile(a!, [2, 1, 3]), x([2, 3, 2])],
  ['broadcastTo', (a) => tf.broadcastTo(a!, [4, 2, 3]), x([2, 1])],
  ['concat', (a, b) => tf.concat([a!, b!], 1), () => [spread('a', [2, 3]), spread('b', [2, 2])]],
  ['concat of one', (a) => tf.concat([a!, a!], -1), x([2, 3])],
  ['split, one part unused', (a) => tf.add(tf.split(a!, [1, 2, 1], 1)[1]!, 1), x([2, 4])],
  ['split, all parts', (a) => tf.mul(...(tf.split(a!, 2, 1) as [tf.Tensor, tf.Tensor])), x([2, 4])],
  ['stack', (a, b) => tf.stack([a!, b!], 1), () => [spread('a', [2, 3]), spread('b', [2, 3])]],
  ['unstack', (a) => tf.unstack(a!, 1)[2]!, x([2, 3])],
  ['unstack of one', (a) => tf.unstack(a!)[0]!, x([1, 3])],
  ['addN', (a, b) => tf.addN([a!, b!, a!]), () => [spread('a', [2]), spread('b', [2])]],
  [
    'where',
    (a, b) => tf.where(tf.tensor([1, 0, 1], [3], 'bool'), a!, b!),
    () => [spread('a', [2, 3]), spread('b', [3])],
  ],
  ['gather over 0', (a) => tf.gather(a!, rows()), x([3, 2])],
  ['gather over 1, matrix of indices', (a) => tf.gather(a!, pairsOfRows(), 1), x([2, 3, 2])],
  ['gather over -1', (a) => tf.gather(a!, rows(), -1), x([2, 3])],
  ['gather with batchDims', (a) => tf.gather(a!, pairsOfRows(), 1, 1), x([2, 3, 2])],
  ['gatherND', (a) => tf.gatherND(a!, pairsOfRows()), x([3, 2])],
  ['scatterND', (a) => tf.scatterND(tf.reshape(rows(), [4, 1]), a!, [3, 2]), x([4, 2])],
  ['unsortedSegmentSum', (a) => tf.unsortedSegmentSum(a!, tf.tensor1d([2, -1, 0, 2], 'int32'), 3), x([4, 2])],
];

describe('gradients of stock operations agree with central differences', () => {
  test.each([...unary, ...binary, ...products, ...others])('%s', async (_name, f, xs) => {
    await expectGradients(f, xs());
  });
});

test('x^0 is flat at 0, and a negative base has no gradient for its exponent', () => {
  const zero = tf.grad((a) => tf.pow(a, 0))(tf.scalar(0));
  expect(zero.dataSync()[0]).toBe(0);
  const [, exponent] = tf.grads((a, b) => tf.pow(a, b))([tf.scalar(-2), tf.scalar(2)]);
  expect(exponent!.dataSync()[0]).toBe(0);
});

test('equal maxima share the gradient', () => {
  const gradient = tf.grad((a) => tf.max(a))(tf.tensor1d([1, 3, 3, 0]));
  expect([...gradient.dataSync()]).toEqual([0, 0.5, 0.5, 0]);
});

test('a gradient that is already registered stays', () => {
  const before = tf.getGradient('Add');
  registerGradients();
  expect(tf.getGradient('Add')).toBe(before);
});
