import * as tf from '@tensorflow/tfjs-core';
import { bool, float, int, other, positive, stock, values, type StockCase } from './case.js';

const products = (['', 'a', 'b', 'ab'] as const).map((transposed) => {
  const [ta, tb] = [transposed.includes('a'), transposed.includes('b')];
  const swap = (shape: number[], yes: boolean) => (yes ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape);
  const product = (a: number[], b: number[]) => () => tf.matMul(float(...swap(a, ta)), other(...swap(b, tb)), ta, tb);
  return stock('matMul', {
    [`plain ${transposed}`]: product([5, 3], [3, 7]),
    [`of ones ${transposed}`]: product([1, 1], [1, 1]),
    [`batched ${transposed}`]: product([3, 5, 2], [3, 2, 7]),
    [`one batch for all ${transposed}`]: product([3, 5, 2], [1, 2, 7]),
    [`rank 4 ${transposed}`]: product([2, 3, 5, 4], [2, 3, 4, 7]),
    [`long ${transposed}`]: product([9, 133], [133, 17]),
  });
});

const reductions = (op: string, f: (x: tf.Tensor, axis?: number | number[], keep?: boolean) => tf.Tensor) =>
  stock(op, {
    all: () => f(float(3, 5)),
    last: () => f(float(3, 5), -1),
    'last, kept': () => f(float(2, 3, 7), -1, true),
    first: () => f(float(37, 5), 0),
    'two axes': () => f(float(2, 3, 5), [0, 2]),
    'long axis': () => f(float(3, 301), 1),
    'axis of one': () => f(float(3, 1), 1),
  });

export const structureCases: StockCase[] = [
  ...products.flat(),
  ...reductions('sum', tf.sum),
  ...reductions('mean', tf.mean),
  ...reductions('max', tf.max),
  ...reductions('min', tf.min),
  ...stock('sum', { int: () => tf.sum(int(9, 4, 5), 1), bool: () => tf.sum(bool(3, 5), 1) }),
  ...stock('max', {
    negative: () => tf.max(tf.neg(positive(3, 5)), 1),
    '-1e15': () => tf.max(tf.fill([2, 3], -1e15), 1),
  }),
  ...stock('argMax', { last: () => tf.argMax(float(3, 5), -1), first: () => tf.argMax(float(5, 3), 0) }),
  ...stock('softmax', {
    'odd shape': () => tf.softmax(float(3, 7)),
    'masked by -1e9': () => tf.softmax(tf.add(float(3, 5), tf.mul(tf.cast(bool(3, 5), 'float32'), -1e9))),
    'far from 0': () => tf.softmax(tf.sub(float(3, 5), 300)),
  }),
  ...stock('logSoftmax', { 'odd shape': () => tf.logSoftmax(float(3, 7)) }),
  ...stock('logSumExp', { last: () => tf.logSumExp(float(3, 7), -1) }),
  ...stock('cumsum', {
    int: () => tf.cumsum(int(2, 2, 9), 1, true),
    last: () => tf.cumsum(float(3, 17), 1),
    first: () => tf.cumsum(float(5, 2), 0),
    'exclusive, reverse': () => tf.cumsum(float(2, 5), 1, true, true),
  }),
  ...stock('reshape', { 'flat and back': () => tf.reshape(tf.reshape(float(3, 5), [15]), [5, 1, 3]) }),
  ...stock('squeeze', { one: () => tf.squeeze(float(3, 1, 5), [1]) }),
  ...stock('expandDims', { last: () => tf.expandDims(float(3, 5), -1) }),
  ...stock('transpose', {
    matrix: () => tf.transpose(float(3, 5)),
    heads: () => tf.transpose(float(2, 3, 5, 7), [0, 2, 1, 3]),
    'rank 3': () => tf.transpose(float(2, 3, 5), [2, 0, 1]),
    int: () => tf.transpose(int(9, 3, 5)),
  }),
  ...stock('reverse', { last: () => tf.reverse(float(3, 5), -1) }),
  ...stock('concat', {
    last: () => tf.concat([float(3, 2), other(3, 5)], -1),
    first: () => tf.concat([float(3, 5), other(2, 5), float(1, 5)], 0),
    int: () => tf.concat([int(9, 3), int(7, 2)]),
  }),
  ...stock('split', {
    even: () => tf.split(float(3, 9), 3, -1),
    uneven: () => tf.split(float(3, 9), [2, 3, 4], 1),
  }),
  ...stock('stack', {
    first: () => tf.stack([float(3), other(3)]),
    last: () => tf.stack([float(3, 2), other(3, 2)], -1),
  }),
  ...stock('unstack', { first: () => tf.unstack(float(3, 5)), vector: () => tf.unstack(float(3)) }),
  ...stock('slice', {
    middle: () => tf.slice(float(3, 5, 7), [0, 1, 2], [-1, 3, 4]),
    'one row': () => tf.slice(float(5, 3), [4, 0], [1, -1]),
    vector: () => tf.slice(int(9, 7), 3, 2),
  }),
  ...stock('pad', {
    zeros: () => tf.pad(float(2, 3), [[0, 2], [1, 0]]),
    'rank 3': () => tf.pad(float(2, 3, 2), [[0, 0], [0, 4], [0, 0]]),
  }), // prettier-ignore
  ...stock('tile', {
    twice: () => tf.tile(float(2, 3), [2, 3]),
    bool: () => tf.tile(bool(1, 3, 1), [2, 1, 5]),
    'middle axis': () => tf.tile(float(2, 1, 7), [1, 5, 1]),
  }),
  ...stock('broadcastTo', { column: () => tf.broadcastTo(float(3, 1), [2, 3, 5]) }),
  ...stock('gather', {
    rows: () => tf.gather(float(7, 3), int(7, 5)),
    'one row': () => tf.gather(float(7, 3), int(7, 1)),
    'inner axis': () => tf.gather(float(2, 5, 3), int(5, 4), 1),
    'with batchDims': () => tf.gather(float(3, 5), int(5, 3, 2), 1, 1),
    int: () => tf.gather(int(99, 7), int(7, 4)),
  }),
  ...stock('gatherND', { rows: () => tf.gatherND(float(5, 3), int(5, 4, 1)) }),
  ...stock('scatterND', {
    'rows, some twice': () => tf.scatterND(int(3, 7, 1), float(7, 4), [3, 4]),
    'one row': () => tf.scatterND(tf.tensor2d([[2]], [1, 1], 'int32'), float(1, 3), [4, 3]),
    'two rows': () => tf.scatterND(tf.tensor2d([[3], [1]], [2, 1], 'int32'), float(2, 3), [5, 3]),
    'one column': () => tf.scatterND(int(3, 5, 1), float(5, 1), [3, 1]),
  }),
  ...stock('unsortedSegmentSum', { rows: () => tf.unsortedSegmentSum(float(7, 3), int(4, 7) as tf.Tensor1D, 4) }),
  ...stock('oneHot', {
    int32: () => tf.oneHot(int(5, 3), 5),
    float32: () => tf.oneHot(int(5, 2, 3), 5, 1, 0, 'float32'),
  }),
  ...stock('linalg.bandPart', { lower: () => tf.linalg.bandPart(float(5, 5), -1, 0) }),
  ...stock('topk', { values: () => tf.topk(float(2, 9), 3).values, all: () => tf.topk(float(3, 17), 17).values }),
  ...stock('range', { int: () => tf.range(0, 7, 1, 'int32'), float: () => tf.range(2, 9, 1.5) }),
  ...stock('fill', { float: () => tf.fill([3, 5], 0.7) }),
  ...stock('zeros', { float: () => tf.zeros([3, 5]), int: () => tf.zeros([3], 'int32') }),
  ...stock('ones', { float: () => tf.ones([3, 5]) }),
  ...stock('fused.matMul', {
    bias: () => tf.fused.matMul({ a: float(5, 3), b: other(3, 7), bias: values(1, 2, 3, 4, 5, 6, 7) }),
    'bias, transposed': () =>
      tf.fused.matMul({ a: float(5, 3), b: other(7, 3), transposeB: true, bias: other(7), activation: 'relu' }),
  }),
];
