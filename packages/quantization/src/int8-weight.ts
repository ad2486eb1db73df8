import { byteVariable, Module } from '@ashlar/nn';
import { dequantize, type QuantizedMatrix } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';
import { quantizeInt8, type Matrix } from './int8.js';
import { stored } from './packing.js';
import type { QuantizedWeight } from './scheme.js';

/** Signed codes are stored as bytes 0 .. 254. */
const SHIFT = 127;

/** A weight matrix in 8 bits a value (`quantizeInt8`), on the device. */
export class Int8Weight extends Module implements QuantizedWeight {
  readonly shape: readonly [number, number];
  readonly scheme = { scheme: 'int8' } as const;
  /** `[out * in]`, bytes: codes plus 127 */
  codes: tf.Variable;
  /** `[out]` */
  absmax: tf.Variable;

  constructor(matrix: Matrix) {
    super();
    const { codes, absmax, shape } = quantizeInt8(matrix);
    this.shape = shape;
    this.codes = byteVariable(Uint8Array.from(codes, (code) => code + SHIFT));
    this.absmax = stored(absmax);
  }

  matrix(): QuantizedMatrix {
    return { scheme: 'int8', shape: this.shape, blockSize: this.shape[1], codes: this.codes, scales: this.absmax };
  }

  dequantize(): tf.Tensor2D {
    return dequantize(this.matrix());
  }
}
