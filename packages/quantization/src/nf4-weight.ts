import { byteVariable, Module } from '@ashlar/nn';
import { dequantize, unpackBytes, type QuantizedMatrix } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { dynamicMap, NESTED_BLOCK_SIZE } from './absmax.js';
import type { Matrix } from './int8.js';
import { quantizeNf4, type Nf4Options } from './nf4.js';
import { BYTES_PER_ELEMENT, stored, wholeBlocks } from './packing.js';
import type { QuantizedWeight } from './scheme.js';

/** Both halves of a byte are the code of 0. */
const ZEROS = 0x77;

/** A weight matrix in NormalFloat-4 (`quantizeNf4`, row by row), on the device. */
export class Nf4Weight extends Module implements QuantizedWeight {
  readonly shape: readonly [number, number];
  readonly blockSize: number;
  /** `[out * in / 2]`, whole blocks, bytes: two codes each */
  codes: tf.Variable;
  /** `[blocks]`; with double quantization bytes: codes */
  absmax: tf.Variable;
  /** `[ceil(blocks / 256)]`; null without double quantization */
  nestedAbsmax: tf.Variable | null = null;
  /** `[1]`; null without double quantization */
  nestedOffset: tf.Variable | null = null;

  constructor({ data, shape: [rows = 0, columns = 0] }: Matrix, options: Nf4Options = {}) {
    super();
    const { codes, absmax, blockSize } = quantizeNf4(data, options);
    this.shape = [rows, columns];
    this.blockSize = blockSize;
    const elements = Math.ceil((this.blocks * blockSize) / 2 / BYTES_PER_ELEMENT);
    this.codes = byteVariable(wholeBlocks(codes, elements * BYTES_PER_ELEMENT, ZEROS));
    if (absmax instanceof Float32Array) this.absmax = stored(absmax);
    else {
      this.absmax = byteVariable(absmax.codes);
      this.nestedAbsmax = stored(absmax.nestedAbsmax);
      this.nestedOffset = stored(Float32Array.of(absmax.offset));
    }
  }

  get scheme() {
    const doubleQuantization = this.nestedAbsmax !== null;
    return { scheme: 'nf4', blockSize: this.blockSize, doubleQuantization } as const;
  }

  private get blocks(): number {
    return Math.ceil((this.shape[0] * this.shape[1]) / this.blockSize);
  }

  matrix(): QuantizedMatrix {
    const { shape, blockSize, codes } = this;
    return { scheme: 'nf4', shape, blockSize, codes, scales: this.scales() };
  }

  dequantize(): tf.Tensor2D {
    return tf.tidy(() => dequantize(this.matrix()));
  }

  /** `[blocks]` */
  private scales(): tf.Tensor {
    const { blocks, nestedAbsmax, nestedOffset } = this;
    if (!nestedAbsmax || !nestedOffset) return this.absmax;
    const codes = tf.cast(unpackBytes(this.absmax, blocks), 'int32');
    const groups = nestedAbsmax.size;
    const values = tf.gather(tf.tensor1d(dynamicMap()), codes);
    const padded = tf.reshape(tf.pad(values, [[0, groups * NESTED_BLOCK_SIZE - blocks]]), [groups, NESTED_BLOCK_SIZE]);
    const scaled = tf.reshape(tf.mul(padded, tf.reshape(nestedAbsmax, [groups, 1])), [-1]);
    return tf.add(tf.slice(scaled, 0, blocks), nestedOffset);
  }
}
