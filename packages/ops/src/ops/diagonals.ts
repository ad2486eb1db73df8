import * as tf from '@tensorflow/tfjs-core';

// A row of one element more than there are diagonals, repeated for every query, is a matrix in which each row of scores
// lies one element to the left of the row before: pad, reshape and slice do what a gather of seq * keySeq indices would.

/** `[heads, seq + keySeq - 1]` to `[heads, seq, keySeq]`: element j - i + seq - 1 at query i and key j. */
export function alongDiagonals(values: tf.Tensor, seq: number, keySeq: number): tf.Tensor {
  const heads = values.shape[0]!;
  const width = seq + keySeq;
  const row = tf.reshape(tf.pad(values, [[0, 0], [0, 1]]), [heads, 1, width]); // prettier-ignore
  const flat = tf.reshape(tf.tile(row, [1, seq, 1]), [heads, seq * width]);
  const rows = tf.reshape(tf.slice(flat, [0, seq - 1], [heads, seq * (width - 1)]), [heads, seq, width - 1]);
  return tf.slice(rows, [0, 0, 0], [heads, seq, keySeq]);
}

/** The transpose of `alongDiagonals`: sums of the diagonals of `[heads, seq, keySeq]`. */
export function diagonalSums(matrix: tf.Tensor): tf.Tensor {
  const [heads, seq, keySeq] = matrix.shape as [number, number, number];
  const width = seq + keySeq;
  const rows = tf.pad(matrix, [[0, 0], [0, 0], [0, seq - 1]]); // prettier-ignore
  const flat = tf.pad(tf.reshape(rows, [heads, seq * (width - 1)]), [[0, 0], [seq - 1, 1]]); // prettier-ignore
  return tf.slice(tf.sum(tf.reshape(flat, [heads, seq, width]), 1), [0, 0], [heads, width - 1]);
}
