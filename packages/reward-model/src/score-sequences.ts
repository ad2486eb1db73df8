import * as tf from '@tensorflow/tfjs-core';
import { scoresAt, type ScoreModel } from './model.js';
import { paddedRows } from './padded-rows.js';

export interface ScoreOptions {
  /** Rows computed at a time. @default 32 */
  batchSize?: number;
  /** Ends the work between two batches. */
  signal?: AbortSignal;
}

/**
 * The score of each sequence, read at its last token. Sequences of any length stand together: neither padding nor what else
 * is in the batch changes a score.
 *
 * @throws RangeError for an empty sequence, or one that is longer than the context
 */
export async function scoreSequences(
  model: ScoreModel,
  sequences: readonly ArrayLike<number>[],
  { batchSize = 32, signal }: ScoreOptions = {},
): Promise<Float32Array> {
  const { contextLength } = model.config;
  for (const [i, { length }] of sequences.entries())
    if (length < 1 || length > contextLength)
      throw new RangeError(`scoreSequences: sequence ${i} has ${length} tokens, not 1 to ${contextLength}`);
  const scores = new Float32Array(sequences.length);
  for (let first = 0; first < sequences.length; first += batchSize) {
    signal?.throwIfAborted();
    const rows = sequences.slice(first, first + batchSize);
    const result = tf.tidy(() => {
      const { ids, lengths, seq } = paddedRows(rows, 0);
      const last = tf.sub(tf.tensor1d(lengths, 'int32'), tf.scalar(1, 'int32'));
      return scoresAt(model.forward(tf.tensor2d(ids, [rows.length, seq], 'int32')), last);
    });
    scores.set((await result.data()) as Float32Array, first);
    result.dispose();
  }
  return scores;
}
