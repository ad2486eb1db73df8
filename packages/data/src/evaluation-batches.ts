import { type Batch, emptyBatch, fillRow, type TokenIds } from './batch.js';

export interface EvaluationOptions {
  /** Tokens in a row. */
  contextLength: number;
  /** Rows in a batch; the last batch may have fewer. */
  batchSize: number;
}

/**
 * Cuts tokens into rows, one after the other, so that every token but the first is a target exactly once: sums of losses
 * and of counts over these batches are those of the whole text. The end of the last row is padding.
 *
 * @param ids two tokens or more
 */
export function* evaluationBatches(ids: TokenIds, { contextLength, batchSize }: EvaluationOptions): Generator<Batch> {
  if (ids.length < 2) throw new RangeError(`evaluation needs two tokens or more, found ${ids.length}`);
  checkSizes({ contextLength, batchSize });
  const targets = ids.length - 1;
  const rows = Math.ceil(targets / contextLength);
  for (let first = 0; first < rows; first += batchSize) {
    const batch = emptyBatch(Math.min(batchSize, rows - first), contextLength);
    for (let row = 0; row < batch.batchSize; row++) {
      const offset = (first + row) * contextLength;
      fillRow(batch, row, ids, offset, Math.min(contextLength, targets - offset));
    }
    yield batch;
  }
}

/** @throws RangeError for a size that is not a whole number from 1 on */
export function checkSizes(sizes: Record<string, number>): void {
  for (const [name, size] of Object.entries(sizes))
    if (!Number.isSafeInteger(size) || size < 1)
      throw new RangeError(`${name} must be a whole number from 1 on, found ${size}`);
}
