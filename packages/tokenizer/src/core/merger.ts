import type { ByteBuffer } from './byte-buffer.js';
import { LongMerge, NEVER } from './long-merge.js';

/** Pieces up to this many symbols are merged by scanning for the lowest rank again and again. */
const SCANNED = 100;

/** Room above this is for one piece only. */
const LARGEST_KEPT = 1 << 16;

/** Merges the symbols of one piece into tokens, lowest rank first and leftmost among equals. */
export abstract class Merger {
  /** Symbols before a merge, tokens after it. */
  ids = new Int32Array(SCANNED);
  /** The symbol that each token begins with; behind the last token, the number of symbols. */
  places = new Int32Array(SCANNED + 1);
  private readonly ranks = new Int32Array(SCANNED + 1);
  #long: LongMerge | null = null;

  /** The rank of two neighbours, which stand for symbols `[start, end)`; `NEVER` if they do not merge. */
  abstract rank(left: number, right: number, start: number, end: number): number;

  /** The token that a merge of this rank makes. */
  abstract merged(rank: number): number;

  /** Where to put `n` symbols. */
  room(n: number): Int32Array {
    if (n > this.ids.length || this.ids.length > LARGEST_KEPT) {
      this.ids = new Int32Array(Math.max(n, SCANNED));
      this.places = new Int32Array(this.ids.length + 1);
    }
    return this.ids;
  }

  /** Merges bytes `[start, end)`, for which `byteIds` has the symbols; returns how many tokens there are. */
  mergeBytes({ bytes }: ByteBuffer, start: number, end: number, byteIds: Int32Array): number {
    const n = end - start;
    const ids = this.room(n);
    for (let i = 0; i < n; i++) ids[i] = byteIds[bytes[start + i]!]!;
    return this.merge(n);
  }

  /**
   * Merges the first `n` of `ids` in place; returns how many tokens there are.
   *
   * @param skip draws whether a merge is left out this time (BPE dropout, Provilkov 2020)
   */
  merge(n: number, skip: (() => boolean) | null = null): number {
    return n <= SCANNED && !skip ? this.#scan(n) : (this.#long ??= new LongMerge(this)).merge(n, skip);
  }

  #scan(n: number): number {
    const { ids, places, ranks } = this;
    for (let i = 0; i <= n; i++) places[i] = i;
    for (let i = 0; i + 1 < n; i++) ranks[i] = this.rank(ids[i]!, ids[i + 1]!, i, i + 2);
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
      ids[b] = this.merged(best);
      for (let i = b + 1; i <= n; i++) {
        ids[i] = ids[i + 1]!;
        places[i] = places[i + 1]!;
        ranks[i] = ranks[i + 1]!;
      }
      if (b + 1 < n) ranks[b] = this.rank(ids[b]!, ids[b + 1]!, places[b]!, places[b + 2]!);
      if (b > 0) ranks[b - 1] = this.rank(ids[b - 1]!, ids[b]!, places[b - 1]!, places[b + 1]!);
    }
    return n;
  }
}
