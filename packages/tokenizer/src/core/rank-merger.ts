import { ByteBuffer } from './byte-buffer.js';
import type { ByteVocabulary } from './byte-vocabulary.js';
import { mergeLong, NEVER } from './merge-long.js';
import { bytesToIds, SHORT, type Merger } from './merger.js';
import { PairTable } from './pair-table.js';
import { RankQueue } from './rank-queue.js';
import type { WordTable } from './word-table.js';

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
