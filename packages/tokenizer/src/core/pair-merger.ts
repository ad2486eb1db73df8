import { NEVER } from './long-merge.js';
import { Merger } from './merger.js';
import { PairTable } from './pair-table.js';

/** The way of a `tokenizer.json`: the pairs that may merge are listed, best first. */
export class PairMerger extends Merger {
  private readonly pairs: PairTable;
  private readonly results: Int32Array;

  /** @param merges `[left, right, merged]` ids; a pair listed twice has its later rank */
  constructor(merges: Int32Array) {
    super();
    const n = merges.length / 3;
    this.results = new Int32Array(n);
    this.pairs = new PairTable(n);
    for (let rank = 0; rank < n; rank++) {
      this.results[rank] = merges[rank * 3 + 2]!;
      this.pairs.set(merges[rank * 3]!, merges[rank * 3 + 1]!, rank);
    }
  }

  rank(left: number, right: number): number {
    const rank = this.pairs.get(left, right);
    return rank < 0 ? NEVER : rank;
  }

  merged(rank: number): number {
    return this.results[rank]!;
  }
}
