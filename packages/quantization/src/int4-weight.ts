import { Module } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { quantizeInt4, type Int4Options } from './int4.js';
import type { Matrix } from './int8.js';
import { packBytes, stored, unpackBytes, unpackHalves, wholeBlocks } from './packing.js';
import type { QuantizedWeight } from './scheme.js';

const CODES = Array.from({ length: 16 }, (_, code) => code);

/** A weight matrix in affine 4-bit groups (`quantizeInt4`, row by row), on the device. */
export class Int4Weight extends Module implements QuantizedWeight {
  readonly shape: readonly [number, number];
  readonly groupSize: number;
  /** int32 `[ceil(out * in / 6)]`, whole groups: six codes an element */
  codes: tf.Variable;
  /** `[groups]` */
  scales: tf.Variable;
  /** int32 `[ceil(groups / 3)]`: three zero points an element */
  zeros: tf.Variable;

  constructor({ data, shape: [rows = 0, columns = 0] }: Matrix, options: Int4Options = {}) {
    super();
    const { codes, scales, zeros, groupSize } = quantizeInt4(data, options);
    this.shape = [rows, columns];
    this.groupSize = groupSize;
    this.codes = stored(packBytes(wholeBlocks(codes, (scales.length * groupSize) / 2, 0)));
    this.scales = stored(scales);
    this.zeros = stored(packBytes(zeros));
  }

  get scheme() {
    return { scheme: 'int4', groupSize: this.groupSize } as const;
  }

  dequantize(): tf.Tensor2D {
    const [rows, columns] = this.shape;
    const groups = this.scales.size;
    const perGroup = (values: tf.Tensor) => tf.reshape(values, [groups, 1]);
    return tf.tidy(() => {
      const codes = tf.reshape(unpackHalves(this.codes, groups * this.groupSize, CODES), [groups, this.groupSize]);
      const values = tf.mul(tf.sub(codes, perGroup(unpackBytes(this.zeros, groups))), perGroup(this.scales));
      return tf.reshape(tf.slice(tf.reshape(values, [-1]), 0, rows * columns), [rows, columns]);
    });
  }
}
