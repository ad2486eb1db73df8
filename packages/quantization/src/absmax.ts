import { bucketize, largest, midpoints } from './numbers.js';

/** The scales of a block quantization, themselves in 8 bits: what double quantization keeps of them. */
export interface QuantizedAbsmax {
  /** `[blocks]`, indices into `dynamicMap()` */
  codes: Uint8Array;
  /** `[ceil(blocks / 256)]`, the largest `|absmax - offset|` of each group of 256 */
  nestedAbsmax: Float32Array;
  /** The mean of the scales, which is taken off first. */
  offset: number;
}

/** How many scales share one scale of their own. */
export const NESTED_BLOCK_SIZE = 256;

/**
 * The 256 values of the signed dynamic 8-bit type, ascending: for each decade 1e-6 .. 1 twice as many steps as for the
 * one below, both signs, with 0 and 1.
 *
 * Source: Dettmers 2015 (arXiv 1511.04561); bitsandbytes' `create_dynamic_map()`.
 */
export function dynamicMap(): Float32Array {
  const { fround } = Math;
  const values = [0, 1];
  for (let decade = 0; decade < 7; decade++) {
    const steps = 2 ** decade;
    const scale = fround(10 ** (decade - 6));
    const boundaries = linspace(fround(0.1), 1, steps + 1);
    for (let i = 0; i < steps; i++) {
      const value = fround(scale * (fround(boundaries[i]! + boundaries[i + 1]!) / 2));
      values.push(value, -value);
    }
  }
  return Float32Array.from(values).sort();
}

/** `torch.linspace` in float32: from both ends to the middle. */
function linspace(start: number, end: number, count: number): Float32Array {
  const { fround } = Math;
  const step = fround(fround(end - start) / (count - 1));
  const half = Math.floor(count / 2);
  // torch multiplies and adds with one rounding
  return Float32Array.from({ length: count }, (_, i) => (i < half ? start + step * i : end - step * (count - 1 - i)));
}

/**
 * Quantizes the scales of a block quantization: their mean is taken off, the rest goes to the nearest value of
 * `dynamicMap()` in groups of 256.
 *
 * Bit for bit bitsandbytes' `quantize_4bit(…, compress_statistics=True)`, with the mean rounded once from float64.
 */
export function quantizeAbsmax(absmax: Float32Array): QuantizedAbsmax {
  const offset = Math.fround(absmax.reduce((sum, value) => sum + value, 0) / absmax.length);
  const centred = absmax.map((value) => value - offset);
  const boundaries = midpoints(dynamicMap());
  const nestedAbsmax = new Float32Array(Math.ceil(absmax.length / NESTED_BLOCK_SIZE)).map((_, group) =>
    largest(centred, group * NESTED_BLOCK_SIZE, Math.min(centred.length, (group + 1) * NESTED_BLOCK_SIZE)),
  );
  const codes = Uint8Array.from(centred, (value, i) => {
    const factor = Math.fround(1 / nestedAbsmax[Math.floor(i / NESTED_BLOCK_SIZE)]!);
    return bucketize(Number.isFinite(factor) ? Math.fround(value * factor) : 0, boundaries);
  });
  return { codes, nestedAbsmax, offset };
}

/** The scales that the codes stand for, `[blocks]`. */
export function dequantizeAbsmax({ codes, nestedAbsmax, offset }: QuantizedAbsmax): Float32Array {
  const map = dynamicMap();
  return Float32Array.from(
    codes,
    (code, i) => Math.fround(map[code]! * nestedAbsmax[Math.floor(i / NESTED_BLOCK_SIZE)]!) + offset,
  );
}
