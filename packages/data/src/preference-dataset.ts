import type { PreferenceExample } from './encode-preference.js';
import { EpochOrder } from './epoch-order.js';
import { checkSizes } from './evaluation-batches.js';

export interface PreferenceDatasetOptions {
  /** What the ends of rows are filled with. */
  padTokenId: number;
  /** What the pairs are, for messages. @default 'the pairs' */
  name?: string;
}

/** Pairs side by side: rows 0 to `pairs - 1` are chosen, the other half rejected, in the same order. */
export interface PreferenceBatch {
  /** `[2 * pairs, seqLength]`, filled on the right. */
  inputIds: Int32Array;
  /** Tokens of each row that are none of the filling, `[2 * pairs]`. */
  lengths: Int32Array;
  /** Tokens of the prompt, `[pairs]`. */
  promptLengths: Int32Array;
  /** By how much chosen is better, `[pairs]`; 0 where the row did not say. */
  margins: Float32Array;
  pairs: number;
  seqLength: number;
}

/** Pairs as batches: in a new order each epoch for training, once each for evaluation. */
export class PreferenceDataset {
  /** Pairs that were null: too long, or equal as ids. */
  readonly dropped: number;
  private readonly examples: readonly PreferenceExample[];
  private readonly order: EpochOrder;
  private readonly padTokenId: number;

  /**
   * @param examples from `encodePreference`; nulls are counted and left out
   * @throws RangeError of one sentence where none is left
   */
  constructor(
    examples: readonly (PreferenceExample | null)[],
    { padTokenId, name = 'the pairs' }: PreferenceDatasetOptions,
  ) {
    this.examples = examples.filter((example) => example !== null);
    this.dropped = examples.length - this.examples.length;
    if (this.examples.length === 0)
      throw new RangeError(
        examples.length === 0
          ? `${name}: there are none`
          : `${name}: all ${examples.length} are too long for the context`,
      );
    this.order = new EpochOrder(this.examples.length);
    this.padTokenId = padTokenId;
  }

  /** Number of pairs. */
  get size(): number {
    return this.examples.length;
  }

  /** Tokens of the longest answer with its prompt. */
  get widest(): number {
    return this.examples.reduce((most, { chosen, rejected }) => Math.max(most, chosen.length, rejected.length), 0);
  }

  /** The batch of one training step, which depends on nothing but the arguments. @param step from 0 on */
  batch(step: number, batchSize: number, seed: number): PreferenceBatch {
    checkSizes({ batchSize });
    return this.collate(this.order.rows(step, batchSize, seed).map((i) => this.examples[i]!));
  }

  /** All pairs once, in the order given; the last batch may have fewer. */
  *evaluationBatches(batchSize: number): Generator<PreferenceBatch> {
    checkSizes({ batchSize });
    for (let first = 0; first < this.size; first += batchSize)
      yield this.collate(this.examples.slice(first, first + batchSize));
  }

  private collate(pairs: readonly PreferenceExample[]): PreferenceBatch {
    const rows = [...pairs.map(({ chosen }) => chosen), ...pairs.map(({ rejected }) => rejected)];
    const seqLength = Math.max(...rows.map((row) => row.length));
    const inputIds = new Int32Array(rows.length * seqLength).fill(this.padTokenId);
    rows.forEach((row, r) => inputIds.set(row, r * seqLength));
    return {
      inputIds,
      lengths: Int32Array.from(rows, (row) => row.length),
      promptLengths: Int32Array.from(pairs, ({ promptLength }) => promptLength),
      margins: Float32Array.from(pairs, ({ margin }) => margin),
      pairs: pairs.length,
      seqLength,
    };
  }
}
