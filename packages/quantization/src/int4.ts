import { checkBlocks, halfAt, packHalves } from './halves.js';
import { checkFinite, roundHalfEven } from './numbers.js';

export interface Int4Options {
  /** How many consecutive values share a scale and a minimum; even. @default 128 */
  groupSize?: number;
}

/** Values in 4 bits each, with a scale and a zero point for each group. */
export interface QuantizedInt4 {
  /** Two codes a byte, the first in the high half; `[ceil(length / 2)]` */
  codes: Uint8Array;
  /** Distance of neighbouring codes, `[groups]` */
  scales: Float32Array;
  /** The code of 0, 0 .. 15, `[groups]` */
  zeros: Uint8Array;
  groupSize: number;
  /** Number of values. */
  length: number;
}

const STEPS = 15;

/**
 * Affine 4-bit quantization: in each group of consecutive values 16 even steps span the values and 0, which is a code
 * itself: `round(w / scale) + zero`, halves to the even step. The last group may be short. Computed in float32.
 *
 * Source: the grid of GPTQ (Frantar et al. 2022, arXiv 2210.17323), each value rounded on its own.
 *
 * @param values flat, such as a matrix row by row
 * @throws RangeError for no values, a value that is not finite, or a group size that is not even and positive
 */
export function quantizeInt4(values: Float32Array, { groupSize = 128 }: Int4Options = {}): QuantizedInt4 {
  checkBlocks('quantizeInt4', values, groupSize, 'groupSize');
  checkFinite('quantizeInt4', values);
  const { fround } = Math;
  const codes = new Uint8Array(values.length);
  const scales = new Float32Array(Math.ceil(values.length / groupSize));
  const zeros = new Uint8Array(scales.length);
  for (const group of scales.keys()) {
    const members = values.subarray(group * groupSize, (group + 1) * groupSize);
    const min = members.reduce((least, value) => Math.min(least, value), 0);
    const max = members.reduce((most, value) => Math.max(most, value), 0);
    const scale = fround(fround(max - min) / STEPS);
    if (scale === 0) continue;
    const zero = roundHalfEven(fround(-min / scale));
    scales[group] = scale;
    zeros[group] = zero;
    members.forEach((value, i) => {
      const code = roundHalfEven(fround(value / scale)) + zero;
      codes[group * groupSize + i] = Math.max(0, Math.min(STEPS, code));
    });
  }
  return { codes: packHalves(codes, 0), scales, zeros, groupSize, length: values.length };
}

/** The values that the codes stand for, `(code - zero) * scale` of the group, `[length]`. */
export function dequantizeInt4({ codes, scales, zeros, groupSize, length }: QuantizedInt4): Float32Array {
  return new Float32Array(length).map((_, i) => {
    const group = Math.floor(i / groupSize);
    return (halfAt(codes, i) - zeros[group]!) * scales[group]!;
  });
}
