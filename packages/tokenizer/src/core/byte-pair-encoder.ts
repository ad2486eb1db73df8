import type { ByteVocabulary } from './byte-vocabulary.js';
import { PairTable } from './pair-table.js';
import type { Scanner } from './scanners.js';
import { grown, hashBytes, WordTable } from './word-table.js';

const NONE = 0x7fffffff;

export interface BytePairEncoderOptions {
  vocabulary: ByteVocabulary;
  /** How a text is cut into pieces before merging. */
  scan: Scanner;
  /**
   * `[left, right, merged]` id triples, best first, as in a `tokenizer.json`.
   * Left out, every pair whose bytes together are a token may merge, lowest id first, as in tiktoken.
   */
  merges?: Int32Array;
  /** A piece that is a token is not merged. @default true without `merges`, else false */
  wholeTokens?: boolean;
  /** Encoded words kept. @default 131072 */
  cacheSize?: number;
}

/** Byte-level BPE on UTF-8: pieces from a scanner, a table of words already seen, merges for the rest. */
export class BytePairEncoder {
  readonly vocabulary: ByteVocabulary;
  private readonly scan: Scanner;
  private readonly words: WordTable;
  private readonly tokens: WordTable;
  private readonly pairs: PairTable;
  /** Rank to merged id; `null` where the rank is the id. */
  private readonly merged: Int32Array | null;
  private readonly byteIds = new Int32Array(256).fill(-1);
  /** The ids of the last call, `count` of them. */
  out = new Int32Array(1 << 10);
  private bytes = new Uint8Array(1 << 12);

  constructor({ vocabulary, scan, merges, wholeTokens = !merges, cacheSize = 1 << 17 }: BytePairEncoderOptions) {
    this.vocabulary = vocabulary;
    this.scan = scan;
    this.words = new WordTable(wholeTokens ? vocabulary : null, cacheSize);
    this.tokens = this.words;
    for (let id = 0; id < vocabulary.length; id++) {
      const start = vocabulary.starts[id]!;
      if (vocabulary.starts[id + 1]! - start === 1) this.byteIds[vocabulary.bytes[start]!] = id;
    }
    if (merges) {
      const n = merges.length / 3;
      this.merged = new Int32Array(n);
      this.pairs = new PairTable(n);
      for (let rank = 0; rank < n; rank++) {
        this.merged[rank] = merges[rank * 3 + 2]!;
        if (this.pairs.get(merges[rank * 3]!, merges[rank * 3 + 1]!) < 0)
          this.pairs.set(merges[rank * 3]!, merges[rank * 3 + 1]!, rank);
      }
    } else {
      this.merged = null;
      this.pairs = new PairTable(1 << 12);
    }
  }

  /** Encodes a text into `out`; returns the number of ids. */
  encode(text: string): number {
    const { bytes, length } = this.utf8(text);
    return this.encodeBytes(bytes, 0, length);
  }

  /** Encodes well-formed UTF-8 into `out`; returns the number of ids. Stops early once it is above `limit`. */
  encodeBytes(bytes: Uint8Array, start: number, end: number, limit = NONE): number {
    if (this.out.length < end - start + 8) this.out = new Int32Array(((end - start) * 1.25 + 16) | 0);
    const { words, scan, out } = this;
    let o = 0;
    for (let i = start; i < end && o <= limit;) {
      const e = scan(bytes, i, end);
      const hash = hashBytes(bytes, i, e);
      const entry = words.find(bytes, i, e, hash);
      if (entry >= 0) {
        const result = words.results[entry]!;
        if (result >= 0) out[o++] = result;
        else {
          const { sequences } = words;
          let z = -1 - result;
          for (let n = sequences[z++]!; n > 0; n--) out[o++] = sequences[z++]!;
        }
      } else {
        const from = o;
        o = this.merge(bytes, i, e, o);
        if (e - i <= 128) words.remember(bytes, i, e, hash, out, from, o);
      }
      i = e;
    }
    return o;
  }

  /** The UTF-8 of a text, in a buffer that the next call reuses; lone surrogates become U+FFFD. */
  utf8(text: string): { bytes: Uint8Array; length: number } {
    const n = text.length;
    if (this.bytes.length < n * 3) this.bytes = new Uint8Array(n * 3 + (n >> 2));
    const { bytes } = this;
    if (n < 48) {
      let i = 0;
      for (; i < n; i++) {
        const c = text.charCodeAt(i);
        if (c > 127) break;
        bytes[i] = c;
      }
      if (i === n) return { bytes, length: n };
    }
    return { bytes, length: utf8.encodeInto(text, bytes).written };
  }

  private rank(a: number, b: number): number {
    const known = this.pairs.get(a, b);
    if (known >= 0) return known;
    if (this.merged) return NONE;
    const { bytes, starts } = this.vocabulary;
    const la = starts[a + 1]! - starts[a]!;
    const lb = starts[b + 1]! - starts[b]!;
    if (this.joined.length < la + lb) this.joined = grown(this.joined, la + lb);
    for (let i = 0; i < la; i++) this.joined[i] = bytes[starts[a]! + i]!;
    for (let i = 0; i < lb; i++) this.joined[la + i] = bytes[starts[b]! + i]!;
    const id = this.tokens.tokenId(this.joined, 0, la + lb);
    const rank = id < 0 ? NONE : id;
    if (this.pairs.size > 1 << 18) this.pairs.clear();
    this.pairs.set(a, b, rank);
    return rank;
  }
  private joined = new Uint8Array(256);

  private ids = new Int32Array(128);
  private ranks = new Int32Array(128);

  /** Merges one piece into `out` from `o`; returns where it ends. */
  private merge(bytes: Uint8Array, start: number, end: number, o: number): number {
    const { byteIds, merged, out } = this;
    if (end - start > 100) return this.mergeLong(bytes, start, end, o);
    const { ids, ranks } = this;
    let n = 0;
    for (let i = start; i < end; i++) {
      const id = byteIds[bytes[i]!]!;
      if (id >= 0) ids[n++] = id;
    }
    for (let i = 0; i + 1 < n; i++) ranks[i] = this.rank(ids[i]!, ids[i + 1]!);
    while (n > 1) {
      let best = NONE;
      let at = -1;
      for (let i = 0; i + 1 < n; i++)
        if (ranks[i]! < best) {
          best = ranks[i]!;
          at = i;
        }
      if (at < 0) break;
      n--;
      for (let i = at + 1; i < n; i++) {
        ids[i] = ids[i + 1]!;
        ranks[i] = ranks[i + 1]!;
      }
      ids[at] = merged ? merged[best]! : best;
      if (at + 1 < n) ranks[at] = this.rank(ids[at]!, ids[at + 1]!);
      if (at > 0) ranks[at - 1] = this.rank(ids[at - 1]!, ids[at]!);
    }
    for (let i = 0; i < n; i++) out[o++] = ids[i]!;
    return o;
  }

  /** The same in O(n log n): a linked list of tokens and a heap of `rank * 2^31 + position`. */
  private mergeLong(bytes: Uint8Array, start: number, end: number, o: number): number {
    const { byteIds, merged, out } = this;
    const ids = new Int32Array(end - start);
    let n = 0;
    for (let i = start; i < end; i++) {
      const id = byteIds[bytes[i]!]!;
      if (id >= 0) ids[n++] = id;
    }
    const next = new Int32Array(n);
    const previous = new Int32Array(n);
    const ranks = new Int32Array(n).fill(NONE);
    const heap = new MinHeap(n);
    for (let i = 0; i < n; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
      if (i + 1 < n) {
        const rank = this.rank(ids[i]!, ids[i + 1]!);
        ranks[i] = rank;
        if (rank !== NONE) heap.push(rank * POSITIONS + i);
      }
    }
    while (heap.size > 0) {
      const key = heap.pop();
      const rank = Math.floor(key / POSITIONS);
      const i = key - rank * POSITIONS;
      if (ranks[i] !== rank) continue;
      const j = next[i]!;
      const k = next[j]!;
      ids[i] = merged ? merged[rank]! : rank;
      ranks[j] = NONE;
      next[i] = k;
      ranks[i] = NONE;
      if (k < n) {
        previous[k] = i;
        const r = this.rank(ids[i]!, ids[k]!);
        ranks[i] = r;
        if (r !== NONE) heap.push(r * POSITIONS + i);
      }
      const p = previous[i]!;
      if (p >= 0) {
        const r = this.rank(ids[p]!, ids[i]!);
        ranks[p] = r;
        if (r !== NONE) heap.push(r * POSITIONS + p);
      }
    }
    for (let i = 0; i < n; i = next[i]!) out[o++] = ids[i]!;
    return o;
  }
}

const POSITIONS = 2 ** 31;
const utf8 = new TextEncoder();

class MinHeap {
  private keys: Float64Array;
  size = 0;
  constructor(capacity: number) {
    this.keys = new Float64Array(capacity * 2 + 8);
  }

  push(key: number): void {
    if (this.size === this.keys.length) {
      const keys = new Float64Array(this.size * 2);
      keys.set(this.keys);
      this.keys = keys;
    }
    const { keys } = this;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[i] = keys[parent]!;
      i = parent;
    }
    keys[i] = key;
  }

  pop(): number {
    const { keys } = this;
    const top = keys[0]!;
    const key = keys[--this.size]!;
    const n = this.size;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      if (child + 1 < n && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[i] = keys[child]!;
      i = child;
    }
    keys[i] = key;
    return top;
  }
}
