/** Target of a position that no loss counts: padding. The same number as PyTorch's and Hugging Face's. */
export const ignoreIndex = -100;

/** Rows of tokens and what follows each of them; both arrays are `[batchSize, seqLength]`, row after row. */
export interface Batch {
  inputIds: Int32Array;
  /** The next token of each position, or `ignoreIndex`. */
  targets: Int32Array;
  batchSize: number;
  seqLength: number;
}

/** Token ids in whatever a tokenizer gives or a file holds. */
export type TokenIds = Int32Array | Uint32Array | Uint16Array | Uint8Array | readonly number[];

/** A batch of `batchSize` rows, all of them padding. */
export const emptyBatch = (batchSize: number, seqLength: number): Batch => ({
  inputIds: new Int32Array(batchSize * seqLength),
  targets: new Int32Array(batchSize * seqLength).fill(ignoreIndex),
  batchSize,
  seqLength,
});

/** Makes row `row` the `count` tokens from `offset` on; their targets are the tokens one further. */
export function fillRow(batch: Batch, row: number, ids: TokenIds, offset: number, count: number): void {
  const at = row * batch.seqLength;
  batch.inputIds.set(ids.slice(offset, offset + count), at);
  batch.targets.set(ids.slice(offset + 1, offset + count + 1), at);
}
