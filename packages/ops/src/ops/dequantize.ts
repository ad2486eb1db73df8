import * as tf from '@tensorflow/tfjs-core';
import type { QuantizedAttrs, QuantizedTensors } from '../contract/kernels.js';

/**
 * The 16 values of NormalFloat-4: quantiles of the standard normal distribution, scaled to [-1, 1], with an exact 0.
 *
 * Source: QLoRA (Dettmers et al. 2023, arXiv 2305.14314), appendix E.
 */
export const NF4_CODES: readonly number[] = [
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
  -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
  0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
];
const codes = Array.from(NF4_CODES, (_, code) => code);

/**
 * The first `count` bytes of a bool tensor `[bytes]`, or of an int32 tensor `[elements]` that holds three an element, the first
 * in the lowest bits.
 *
 * @returns float32 `[count]`: exact, for elements have at most 24 bits
 */
export function unpackBytes(packed: tf.Tensor, count: number): tf.Tensor1D {
  return tf.tidy(() => {
    const all = tf.cast(packed, 'float32');
    if (packed.dtype === 'bool') return tf.slice(all as tf.Tensor1D, 0, count);
    const third = tf.floor(tf.mul(all, 2 ** -16));
    const low = tf.sub(all, tf.mul(third, 65536));
    const second = tf.floor(tf.mul(low, 2 ** -8));
    const first = tf.sub(low, tf.mul(second, 256));
    return tf.slice(tf.reshape(tf.stack([first, second, third], 1), [-1]) as tf.Tensor1D, 0, count);
  });
}

/** What the first `count` half bytes of a packed tensor stand for, float32 `[count]`; `values` by code. */
function unpackHalves(packed: tf.Tensor, count: number, values: readonly number[]): tf.Tensor {
  // a byte is two codes: one look-up brings both
  const pairs = Float32Array.from({ length: 512 }, (_, i) => values[i % 2 === 0 ? i >> 5 : (i >> 1) & 15]!);
  const bytes = tf.cast(unpackBytes(packed, count / 2), 'int32');
  return tf.reshape(tf.gather(tf.tensor2d(pairs, [256, 2]), bytes), [count]);
}

/** The definition of a weight in few bits, `[out, in]`. */
export function dequantized(weight: QuantizedTensors, { scheme, shape, blockSize }: QuantizedAttrs): tf.Tensor2D {
  return tf.tidy(() => {
    const [rows, columns] = shape;
    if (scheme === 'int8') {
      const signed = tf.reshape(tf.sub(unpackBytes(weight.codes, rows * columns), 127), [rows, columns]);
      return tf.mul(tf.mul(signed, tf.reshape(weight.scales, [rows, 1])), Math.fround(1 / 127));
    }
    const blocks = Math.ceil((rows * columns) / blockSize);
    const perBlock = (values: tf.Tensor) => tf.reshape(values, [blocks, 1]);
    const halves = unpackHalves(weight.codes, blocks * blockSize, scheme === 'nf4' ? NF4_CODES : codes);
    const values = tf.reshape(halves, [blocks, blockSize]);
    const centred = weight.zeros ? tf.sub(values, perBlock(unpackBytes(weight.zeros, blocks))) : values;
    const scaled = tf.reshape(tf.mul(centred, perBlock(weight.scales)), [-1]);
    return tf.reshape(tf.slice(scaled, 0, rows * columns), [rows, columns]);
  });
}
