import { NF4_CODES } from '@ashlar/ops';
import { dequantizeAbsmax, quantizeAbsmax, type QuantizedAbsmax } from './absmax.js';
import { checkBlocks, halfAt, packHalves } from './halves.js';
import { bucketize, checkFinite, largest, midpoints } from './numbers.js';

const ZERO = 7;

export interface Nf4Options {
  /** How many consecutive values share a scale; even. @default 64 */
  blockSize?: number;
  /** Keeps the scales in 8 bits too: 4.127 instead of 4.5 bits a value with blocks of 64. @default true */
  doubleQuantization?: boolean;
}

/** Values in 4 bits each, with a scale for each block. */
export interface QuantizedNf4 {
  /** Two codes a byte, the first in the high half; `[ceil(length / 2)]` */
  codes: Uint8Array;
  /** Largest absolute value of each block, `[ceil(length / blockSize)]`, or its double quantization. */
  absmax: Float32Array | QuantizedAbsmax;
  blockSize: number;
  /** Number of values. */
  length: number;
}

/**
 * NormalFloat-4 quantization of consecutive values in blocks; the last block may be short.
 *
 * Bit for bit bitsandbytes' `quantize_4bit(…, quant_type='nf4')` in float32: the block is multiplied by the rounded
 * `1 / absmax`, and a value halfway between two codes takes the lower one. One deviation: a block of zeros is coded as
 * zeros, where bitsandbytes divides 0 by 0 and takes code 0 (which double quantization does not bring back to 0).
 *
 * @param values flat, such as a matrix row by row
 * @throws RangeError for no values, a value that is not finite, or a block size that is not even and positive
 */
export function quantizeNf4(
  values: Float32Array,
  { blockSize = 64, doubleQuantization = true }: Nf4Options = {},
): QuantizedNf4 {
  checkBlocks('quantizeNf4', values, blockSize, 'blockSize');
  checkFinite('quantizeNf4', values);
  const absmax = new Float32Array(Math.ceil(values.length / blockSize));
  const codes = new Uint8Array(values.length);
  const boundaries = midpoints(Float32Array.from(NF4_CODES));
  for (const block of absmax.keys()) {
    const from = block * blockSize;
    const to = Math.min(values.length, from + blockSize);
    absmax[block] = largest(values, from, to);
    const factor = Math.fround(1 / absmax[block]!);
    for (let i = from; i < to; i++) {
      codes[i] = Number.isFinite(factor) ? bucketize(Math.fround(values[i]! * factor), boundaries) : ZERO;
    }
  }
  const scales = doubleQuantization ? quantizeAbsmax(absmax) : absmax;
  return { codes: packHalves(codes, ZERO), absmax: scales, blockSize, length: values.length };
}

/** The values that the codes stand for, `code * absmax` of the block, `[length]`. */
export function dequantizeNf4({ codes, absmax, blockSize, length }: QuantizedNf4): Float32Array {
  const scales = absmax instanceof Float32Array ? absmax : dequantizeAbsmax(absmax);
  return new Float32Array(length).map((_, i) => NF4_CODES[halfAt(codes, i)]! * scales[Math.floor(i / blockSize)]!);
}
