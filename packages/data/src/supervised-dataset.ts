import { type Batch, emptyBatch, ignoreIndex } from './batch.js';
import type { SupervisedExample } from './encode-supervised.js';
import { EpochOrder } from './epoch-order.js';
import { checkSizes } from './evaluation-batches.js';
import { packBestFit } from './pack-best-fit.js';

export interface SupervisedDatasetOptions {
  /** Tokens that a row holds at most. */
  contextLength: number;
  /** What the ends of rows are filled with; never learnt, whatever it is. */
  padTokenId: number;
  /** Puts several examples into a row, with positions and segments that keep them apart. @default false */
  packing?: boolean;
  /** What the examples are, for messages. @default 'the examples' */
  name?: string;
}

/**
 * A batch of `[batchSize, seqLength]`; a target is the label of the next token. Packed batches also say where a token
 * stands in its example (from 0), and of which example of the row it is (from 1; 0 is padding).
 */
export interface SupervisedBatch extends Batch {
  positions?: Int32Array;
  segments?: Int32Array;
}

/** Examples as batches: in a new order each epoch for training, once each for evaluation. */
export class SupervisedDataset {
  readonly contextLength: number;
  /** Examples that were null: nothing of them was left to learn. */
  readonly dropped: number;
  private readonly examples: readonly SupervisedExample[];
  private readonly rows: readonly (readonly number[])[];
  private readonly order: EpochOrder;
  private readonly padTokenId: number;
  private readonly packing: boolean;

  /**
   * @param examples from `encodeSupervised`; nulls are counted and left out
   * @throws RangeError of one sentence where none is left, or one is longer than the context and rows are not packed
   */
  constructor(
    examples: readonly (SupervisedExample | null)[],
    { contextLength, padTokenId, packing = false, name = 'the examples' }: SupervisedDatasetOptions,
  ) {
    checkSizes({ contextLength });
    this.examples = examples.filter((example) => example !== null);
    this.dropped = examples.length - this.examples.length;
    if (this.examples.length === 0)
      throw new RangeError(
        examples.length === 0
          ? `${name}: there are none`
          : `${name}: every completion was cut off; none of ${examples.length} rows has a token left to learn, so a longer context or shorter prompts are needed`,
      );
    const lengths = this.examples.map(({ inputIds }) => inputIds.length);
    const longest = Math.max(...lengths);
    if (longest > contextLength && !packing)
      throw new RangeError(`${name}: one has ${longest} tokens, more than the context of ${contextLength}`);
    this.rows = packing ? packBestFit(lengths, contextLength) : lengths.map((_, i) => [i]);
    this.order = new EpochOrder(this.rows.length);
    this.contextLength = contextLength;
    this.padTokenId = padTokenId;
    this.packing = packing;
  }

  /** Number of rows: examples, or packs of them. */
  get size(): number {
    return this.rows.length;
  }

  /** Tokens of the longest row, within the context. */
  get widest(): number {
    return this.rows.reduce((most, _, row) => Math.max(most, this.width(row)), 0);
  }

  /** Number of examples in all rows. */
  get numExamples(): number {
    return this.examples.length;
  }

  /**
   * The batch of one training step, which depends on nothing but the arguments: rows in the order that the epoch has by
   * the seed. It is as wide as its longest row.
   *
   * @param step from 0 on
   */
  batch(step: number, batchSize: number, seed: number): SupervisedBatch {
    checkSizes({ batchSize });
    return this.collate(this.order.rows(step, batchSize, seed));
  }

  /** All rows once, in the order given; the last batch may have fewer. */
  *evaluationBatches(batchSize: number): Generator<SupervisedBatch> {
    checkSizes({ batchSize });
    for (let first = 0; first < this.size; first += batchSize)
      yield this.collate(Array.from({ length: Math.min(batchSize, this.size - first) }, (_, i) => first + i));
  }

  private width(row: number): number {
    const tokens = this.rows[row]!.reduce((sum, i) => sum + this.examples[i]!.inputIds.length, 0);
    return Math.min(tokens, this.contextLength);
  }

  private collate(rows: readonly number[]): SupervisedBatch {
    const documents = rows.map((row) => this.rows[row]!.map((i) => this.examples[i]!));
    const seqLength = Math.max(...rows.map((row) => this.width(row)));
    const batch: SupervisedBatch = emptyBatch(rows.length, seqLength);
    batch.inputIds.fill(this.padTokenId);
    if (this.packing) {
      batch.positions = new Int32Array(batch.inputIds.length);
      batch.segments = new Int32Array(batch.inputIds.length);
    }
    documents.forEach((row, r) => fill(batch, r * seqLength, row));
    return batch;
  }
}

/** Writes examples one after the other, from `at` on. */
function fill(batch: SupervisedBatch, at: number, examples: readonly SupervisedExample[]): void {
  examples.forEach(({ inputIds, labels }, segment) => {
    const length = Math.min(inputIds.length, batch.seqLength);
    for (let i = 0; i < length; i++, at++) {
      batch.inputIds[at] = inputIds[i]!;
      // the next token of the last one belongs to another example, or to none
      batch.targets[at] = i + 1 < length ? labels[i + 1]! : ignoreIndex;
      if (batch.positions) batch.positions[at] = i;
      if (batch.segments) batch.segments[at] = segment + 1;
    }
  });
}
