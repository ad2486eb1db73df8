import { RandomStream } from '@ashlar/ops';
import { type Batch, emptyBatch, fillRow, type TokenIds } from './batch.js';
import { checkSizes, evaluationBatches } from './evaluation-batches.js';

export interface TokenDatasetOptions {
  /** Tokens in a row. */
  contextLength: number;
  /** Size of the vocabulary: every id must lie below it. @default not checked */
  vocabSize?: number;
  /** What the tokens are, for messages. @default 'the text' */
  name?: string;
}

/** One long run of tokens, from which training takes rows at random places and evaluation takes all. */
export class TokenDataset {
  readonly ids: TokenIds;
  readonly contextLength: number;

  /**
   * @throws RangeError where there are not `contextLength + 1` tokens (a row and the target of its last position), or
   *   an id is outside the vocabulary
   */
  constructor(ids: TokenIds, { contextLength, vocabSize = Infinity, name = 'the text' }: TokenDatasetOptions) {
    checkSizes({ contextLength });
    if (ids.length <= contextLength)
      throw new RangeError(
        `${name} has ${ids.length} tokens, too few for a context of ${contextLength}, which needs ${contextLength + 1}`,
      );
    const outside = ids.findIndex((id) => !(id >= 0 && id < vocabSize));
    if (outside >= 0)
      throw new RangeError(
        `${name} has the token ${ids[outside]} at ${outside}, outside the vocabulary of ${vocabSize}`,
      );
    this.ids = ids;
    this.contextLength = contextLength;
  }

  /** Number of tokens. */
  get length(): number {
    return this.ids.length;
  }

  /**
   * The batch of one training step, which depends on nothing but the arguments. Row b starts at
   * `floor(u * (length - contextLength))`, where u is uniform element `step * batchSize + b` of the stream `data/train`.
   *
   * @param step from 0 on
   * @param seed a non-negative safe integer
   */
  batch(step: number, batchSize: number, seed: number): Batch {
    checkSizes({ batchSize });
    const stream = new RandomStream(seed, 'data/train');
    const batch = emptyBatch(batchSize, this.contextLength);
    for (let row = 0; row < batchSize; row++) {
      const offset = Math.floor(stream.uniform(step * batchSize + row) * (this.length - this.contextLength));
      fillRow(batch, row, this.ids, offset, this.contextLength);
    }
    return batch;
  }

  /** The whole data set, each target once: see `evaluationBatches`. */
  evaluationBatches(batchSize: number): Generator<Batch> {
    return evaluationBatches(this.ids, { contextLength: this.contextLength, batchSize });
  }
}
