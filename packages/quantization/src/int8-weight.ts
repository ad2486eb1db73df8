import { Module } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { INT8_STEP, quantizeInt8, type Matrix } from './int8.js';
import { packBytes, stored, unpackBytes } from './packing.js';
import type { QuantizedWeight } from './scheme.js';

/** Signed codes are stored as bytes 0 .. 254. */
const SHIFT = 127;

/** A weight matrix in 8 bits a value (`quantizeInt8`), on the device. */
export class Int8Weight extends Module implements QuantizedWeight {
  readonly shape: readonly [number, number];
  readonly scheme = { scheme: 'int8' } as const;
  /** int32 `[ceil(out * in / 3)]`: three codes plus 127 an element */
  codes: tf.Variable;
  /** `[out]` */
  absmax: tf.Variable;

  constructor(matrix: Matrix) {
    super();
    const { codes, absmax, shape } = quantizeInt8(matrix);
    this.shape = shape;
    this.codes = stored(packBytes(Uint8Array.from(codes, (code) => code + SHIFT)));
    this.absmax = stored(absmax);
  }

  dequantize(): tf.Tensor2D {
    const [rows, columns] = this.shape;
    return tf.tidy(() => {
      const codes = tf.reshape(tf.sub(unpackBytes(this.codes, rows * columns), SHIFT), [rows, columns]);
      return tf.mul(tf.mul(codes, tf.reshape(this.absmax, [rows, 1])), INT8_STEP);
    });
  }
}
