import { byteVariable, Module } from '@ashlar/nn';
import { dequantize, type QuantizedMatrix } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';
import { quantizeInt4, type Int4Options } from './int4.js';
import type { Matrix } from './int8.js';
import { stored, wholeBlocks } from './packing.js';
import type { QuantizedWeight } from './scheme.js';

/** A weight matrix in affine 4-bit groups (`quantizeInt4`, row by row), on the device. */
export class Int4Weight extends Module implements QuantizedWeight {
  readonly shape: readonly [number, number];
  readonly groupSize: number;
  /** `[out * in / 2]`, whole groups, bytes: two codes each */
  codes: tf.Variable;
  /** `[groups]` */
  scales: tf.Variable;
  /** `[groups]`, bytes: zero points */
  zeros: tf.Variable;

  constructor({ data, shape: [rows = 0, columns = 0] }: Matrix, options: Int4Options = {}) {
    super();
    const { codes, scales, zeros, groupSize } = quantizeInt4(data, options);
    this.shape = [rows, columns];
    this.groupSize = groupSize;
    this.codes = byteVariable(wholeBlocks(codes, (scales.length * groupSize) / 2, 0));
    this.scales = stored(scales);
    this.zeros = byteVariable(zeros);
  }

  get scheme() {
    return { scheme: 'int4', groupSize: this.groupSize } as const;
  }

  matrix(): QuantizedMatrix {
    const { shape, groupSize, codes, scales, zeros } = this;
    return { scheme: 'int4', shape, blockSize: groupSize, codes, scales, zeros };
  }

  dequantize(): tf.Tensor2D {
    return dequantize(this.matrix());
  }
}
