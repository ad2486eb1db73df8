import type { ByteBuffer } from './byte-buffer.js';
import type { ByteVocabulary } from './byte-vocabulary.js';
import { mergeLong, NEVER } from './merge-long.js';
import { bytesToIds, SHORT, type Merger } from './merger.js';
import { PairTable } from './pair-table.js';
import { RankQueue } from './rank-queue.js';

/** The way of a `tokenizer.json`: the pairs that may merge are listed, best first. */
export class PairMerger implements Merger {
  private readonly pairs: PairTable;
  private readonly merged: Int32Array;
  private readonly byteIds: Int32Array;
  private queue: RankQueue | null = null;
  private readonly ids = new Int32Array(SHORT);
  private readonly ranks = new Int32Array(SHORT);

  /** @param merges `[left, right, merged]` ids; a pair listed twice has its later rank */
  constructor(vocabulary: ByteVocabulary, merges: Int32Array) {
    const n = merges.length / 3;
    this.byteIds = vocabulary.byteIds();
    this.merged = new Int32Array(n);
    this.pairs = new PairTable(n);
    for (let rank = 0; rank < n; rank++) {
      this.merged[rank] = merges[rank * 3 + 2]!;
      this.pairs.set(merges[rank * 3]!, merges[rank * 3 + 1]!, rank);
    }
  }

  merge(buffer: ByteBuffer, start: number, end: number, out: Int32Array, at: number): number {
    const { ids, ranks, merged, byteIds } = this;
    if (end - start > SHORT) {
      const long = out.subarray(at);
      const n = bytesToIds(byteIds, buffer.bytes, start, end, long);
      return (
        at +
        mergeLong(
          long,
          n,
          (this.queue ??= new RankQueue(merged.length)),
          (a, b) => this.rank(a, b),
          (rank) => merged[rank]!,
        )
      );
    }
    let n = bytesToIds(byteIds, buffer.bytes, start, end, ids);
    for (let i = 0; i + 1 < n; i++) ranks[i] = this.rank(ids[i]!, ids[i + 1]!);
    while (n > 1) {
      let best = NEVER;
      let b = 0;
      for (let i = 0; i + 1 < n; i++)
        if (ranks[i]! < best) {
          best = ranks[i]!;
          b = i;
        }
      if (best === NEVER) break;
      n--;
      for (let i = b + 1; i < n; i++) {
        ids[i] = ids[i + 1]!;
        ranks[i] = ranks[i + 1]!;
      }
      ids[b] = merged[best]!;
      if (b + 1 < n) ranks[b] = this.rank(ids[b]!, ids[b + 1]!);
      if (b > 0) ranks[b - 1] = this.rank(ids[b - 1]!, ids[b]!);
    }
    for (let i = 0; i < n; i++) out[at++] = ids[i]!;
    return at;
  }

  private rank(a: number, b: number): number {
    const rank = this.pairs.get(a, b);
    return rank < 0 ? NEVER : rank;
  }
}
