import * as tf from '@tensorflow/tfjs-core';

/**
 * The key mask of left- or right-padded rows.
 *
 * @param lengths real tokens of each row
 * @param seq tokens of each row with padding
 * @param side where the padding stands. @default 'left'
 * @returns int32 `[batch, seq]`, 1 for real tokens
 */
export function paddingMask(
  lengths: readonly number[],
  seq: number,
  { side = 'left' }: { side?: 'left' | 'right' } = {},
): tf.Tensor2D {
  const rows = lengths.map((length) =>
    Array.from({ length: seq }, (_, i) => Number(side === 'left' ? i >= seq - length : i < length)),
  );
  return tf.tensor2d(rows, [lengths.length, seq], 'int32');
}

/**
 * Positions of the tokens under a key mask, counted from each row's first real token; padding gets 0
 * (Hugging Face's exclusive cumulative sum).
 *
 * @param keyMask int32 `[batch, seq]`
 * @returns int32 `[batch, seq]`
 */
export function maskedPositions(keyMask: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.mul(tf.cumsum(keyMask, 1, true), keyMask));
}
