import { RandomStream } from '@ashlar/ops';

/**
 * Rows in an order that is new in each epoch: element `i` of the endless sequence is a row of epoch `floor(i / size)`,
 * whose permutation (Fisher-Yates from the end) takes `uniform(epoch * size + k)` of the stream `data/rows` to choose
 * what comes to place `k`. It depends on nothing but the seed.
 */
export class EpochOrder {
  private epoch = -1;
  private seed = -1;
  private permutation = new Int32Array();

  constructor(private readonly size: number) {}

  /** The rows of step `step` of `batchSize` rows; a batch may hold the end of one epoch and the start of the next. */
  rows(step: number, batchSize: number, seed: number): number[] {
    return Array.from({ length: batchSize }, (_, row) => {
      const i = step * batchSize + row;
      return this.permuted(Math.floor(i / this.size), seed)[i % this.size]!;
    });
  }

  private permuted(epoch: number, seed: number): Int32Array {
    if (epoch === this.epoch && seed === this.seed) return this.permutation;
    const stream = new RandomStream(seed, 'data/rows');
    const order = Int32Array.from({ length: this.size }, (_, i) => i);
    for (let k = this.size - 1; k > 0; k--) {
      const other = Math.floor(stream.uniform(epoch * this.size + k) * (k + 1));
      [order[k], order[other]] = [order[other]!, order[k]!];
    }
    [this.epoch, this.seed, this.permutation] = [epoch, seed, order];
    return order;
  }
}
