import { ByteBuffer } from './byte-buffer.js';
import type { ByteVocabulary } from './byte-vocabulary.js';
import { mergeLong, NEVER } from './merge-long.js';
import { PairTable } from './pair-table.js';
import { RankQueue } from './rank-queue.js';
import type { WordTable } from './word-table.js';

/** Pieces up to this many bytes are merged by scanning for the lowest rank again and again. */
const SHORT = 100;

/** Merges the bytes of one piece into tokens. */
export interface Merger {
  /** Writes the ids of `[start, end)` to `out` from `at`, which has room for one id a byte; returns where they end. */
  merge(buffer: ByteBuffer, start: number, end: number, out: Int32Array, at: number): number;
}

/** tiktoken's way: two neighbours merge if their bytes together are a token, the lowest id first. */
export class RankMerger implements Merger {
  private readonly byteIds: Int32Array;
  private queue: RankQueue | null = null;
  private readonly pairs = new PairTable();
  private readonly joined = new ByteBuffer(256);
  private readonly bounds = new Int32Array(SHORT + 1);
  private readonly ranks = new Int32Array(SHORT + 1);

  /** @param words holds the id of every token; negative numbers in it are no ids */
  constructor(
    private readonly vocabulary: ByteVocabulary,
    private readonly words: WordTable,
  ) {
    this.byteIds = vocabulary.byteIds();
  }

  merge(buffer: ByteBuffer, start: number, end: number, out: Int32Array, at: number): number {
    if (end - start > SHORT) return this.mergeLong(buffer, start, end, out, at);
    const { bounds, ranks, words } = this;
    const { view } = buffer;
    let n = end - start;
    for (let i = 0; i <= n; i++) bounds[i] = start + i;
    for (let i = 0; i + 1 < n; i++) ranks[i] = rankOf(words, view, start + i, start + i + 2);
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
      for (let i = b + 1; i <= n; i++) {
        bounds[i] = bounds[i + 1]!;
        ranks[i] = ranks[i + 1]!;
      }
      if (b + 1 < n) ranks[b] = rankOf(words, view, bounds[b]!, bounds[b + 2]!);
      if (b > 0) ranks[b - 1] = rankOf(words, view, bounds[b - 1]!, bounds[b + 1]!);
    }
    for (let i = 0; i < n; i++) {
      const id = words.get(view, bounds[i]!, bounds[i + 1]!);
      if (id >= 0) out[at++] = id;
    }
    return at;
  }

  private mergeLong(buffer: ByteBuffer, start: number, end: number, out: Int32Array, at: number): number {
    const ids = out.subarray(at);
    const n = bytesToIds(this.byteIds, buffer.bytes, start, end, ids);
    return (
      at +
      mergeLong(
        ids,
        n,
        (this.queue ??= new RankQueue(this.vocabulary.length)),
        (a, b) => this.rank(a, b),
        (rank) => rank,
      )
    );
  }

  private rank(a: number, b: number): number {
    const known = this.pairs.get(a, b);
    if (known >= 0) return known;
    const { starts, buffer } = this.vocabulary;
    this.joined.length = 0;
    this.joined.append(buffer.bytes, starts[a]!, starts[a + 1]!);
    this.joined.append(buffer.bytes, starts[b]!, starts[b + 1]!);
    const rank = rankOf(this.words, this.joined.view, 0, this.joined.length);
    if (this.pairs.size > 1 << 18) this.pairs.clear();
    this.pairs.set(a, b, rank);
    return rank;
  }
}

function rankOf(words: WordTable, view: DataView, start: number, end: number): number {
  const id = words.get(view, start, end);
  return id < 0 ? NEVER : id;
}

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

/** One id a byte; bytes without a token are left out. */
function bytesToIds(byteIds: Int32Array, bytes: Uint8Array, start: number, end: number, ids: Int32Array): number {
  let n = 0;
  for (let i = start; i < end; i++) {
    const id = byteIds[bytes[i]!]!;
    if (id >= 0) ids[n++] = id;
  }
  return n;
}
