import * as tf from '@tensorflow/tfjs-core';
import { bool, float, int, other, positive, stock, values, type StockCase } from './case.js';

const unary = (op: string, f: (x: tf.Tensor) => tf.Tensor, make: typeof float = float, extremes: number[] = []) =>
  stock(op, {
    'odd shape': () => f(make(3, 1, 7)),
    scalar: () => f(make()),
    ...(extremes.length > 0 && { extremes: () => f(values(...extremes)) }),
  });

const binary = (op: string, f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, b: typeof float = other) =>
  stock(op, {
    'equal shapes': () => f(positive(5, 3), b(5, 3)),
    row: () => f(positive(5, 3), b(3)),
    column: () => f(positive(5, 3), b(5, 1)),
    'both sides': () => f(positive(2, 1, 3), b(4, 1)),
    scalar: () => f(positive(7), b()),
  });

const compare = (op: string, f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) =>
  stock(op, {
    float: () => f(float(5, 3), other(5, 3)),
    'int, with equal ones': () => f(int(3, 5, 3), int(3, 1, 3)),
    'outer product of ints': () => f(int(5, 6, 1), tf.range(0, 5, 1, 'int32')),
  });

const wide = [0, 1e-20, -1e-3, 40, -40, 500, -500, 1e4, -1e4];

export const elementwiseCases: StockCase[] = [
  ...binary('add', tf.add),
  ...binary('sub', tf.sub),
  ...binary('mul', tf.mul),
  ...binary('div', tf.div, positive),
  ...binary('pow', tf.pow),
  ...binary('maximum', tf.maximum),
  ...binary('minimum', tf.minimum),
  ...binary('squaredDifference', tf.squaredDifference),
  ...stock('add', { int: () => tf.add(int(100, 5, 1), int(50, 3)) }),
  ...stock('sub', { int: () => tf.sub(int(100, 5), tf.scalar(7, 'int32')) }),
  ...stock('mul', {
    int: () => tf.mul(int(100, 5), int(50, 5)),
    'of zero and a large number': () => tf.mul(values(0, 2, 0), values(3e38, 1, -3e38)),
  }),
  ...stock('maximum', { int: () => tf.maximum(int(9, 5), tf.scalar(4, 'int32')) }),
  ...unary('abs', tf.abs),
  ...unary('neg', tf.neg),
  ...unary('sign', tf.sign),
  ...unary('square', tf.square),
  ...unary('sqrt', tf.sqrt, positive),
  ...unary('rsqrt', tf.rsqrt, positive),
  ...unary('floor', tf.floor, float, [2, -2, 1.9999999, -0.5, 16777215, 8388607.5]),
  ...unary('exp', tf.exp, float, [0, -0, 80, -80, -500, -1e4]),
  ...unary('log', tf.log, positive, [1e-30, 1, 1e30]),
  ...unary('sin', tf.sin),
  ...unary('cos', tf.cos),
  ...unary('tanh', tf.tanh, float, wide),
  ...unary('sigmoid', tf.sigmoid, float, wide),
  ...unary('erf', tf.erf, float, wide),
  ...unary('relu', tf.relu, float, wide),
  ...unary('step', (x) => tf.step(x), float, wide),
  ...unary('softplus', tf.softplus, float, [0, 40, -40]),
  ...unary('clipByValue', (x) => tf.clipByValue(x, -0.5, 0.7)),
  ...stock('clipByValue', { int: () => tf.clipByValue(int(9, 7), 2, 5) }),
  ...unary('zerosLike', tf.zerosLike),
  ...unary('onesLike', tf.onesLike),
  ...unary('clone', tf.clone),
  ...compare('equal', tf.equal),
  ...compare('notEqual', tf.notEqual),
  ...compare('less', tf.less),
  ...compare('lessEqual', tf.lessEqual),
  ...compare('greater', tf.greater),
  ...compare('greaterEqual', tf.greaterEqual),
  ...stock('logicalAnd', { broadcast: () => tf.logicalAnd(bool(3, 1), bool(5)) }),
  ...stock('logicalOr', { broadcast: () => tf.logicalOr(bool(3, 1), bool(5)) }),
  ...stock('where', {
    'equal shapes': () => tf.where(bool(3, 5), float(3, 5), other(3, 5)),
    'broadcast condition': () => tf.where(bool(1, 3, 1), float(2, 3, 5), other(2, 3, 5)),
    'broadcast scalar': () => tf.where(bool(2, 1, 3, 5), float(2, 4, 3, 5), -1e15),
    'NaN and infinity not chosen': () =>
      tf.where(tf.equal(int(2, 6), 9), values(NaN, Infinity, 1, NaN, 2, 3), float(6)),
  }),
  ...stock('cast', {
    'bool to float32': () => tf.cast(bool(7), 'float32'),
    'int32 to float32': () => tf.cast(int(99, 7), 'float32'),
    'float32 to int32': () => tf.cast(values(1.5, -1.5, 0.2, 7), 'int32'),
    'float32 to bool': () => tf.cast(values(0.3, 2, 0, -1), 'bool'),
    'to the same': () => tf.cast(float(3), 'float32'),
  }),
  ...stock('addN', { 'three of one shape': () => tf.addN([float(5, 3), other(5, 3), positive(5, 3)]) }),
];
