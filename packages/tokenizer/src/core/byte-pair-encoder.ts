import { ByteBuffer } from './byte-buffer.js';
import type { ByteVocabulary } from './byte-vocabulary.js';
import { grown } from './grown.js';
import type { Merger } from './merger.js';
import { RankMerger } from './rank-merger.js';
import type { Scanner } from './scanners.js';
import { WordTable } from './word-table.js';

export interface BytePairEncoderOptions {
  vocabulary: ByteVocabulary;
  /** How a text is cut into pieces before merging. */
  scan: Scanner;
  /** Merges by a list of pairs; `null` merges by ranks, as tiktoken does. */
  merger: Merger | null;
  /** A piece that is a token is not merged; always so by ranks. */
  wholeTokens: boolean;
  /** Encoded words kept; when there are more, all are forgotten. @default 131072 */
  cacheSize?: number;
}

/** Longer pieces are not kept in the cache. */
const LONGEST_CACHED = 512;

/** Ids kept in the cache; beyond them all are forgotten. */
const MOST_CACHED = 1 << 21;

/** Ids handed over at a time. */
const BATCH = 1 << 14;

/** Room for a batch and one more piece. */
const OUT = BATCH + LONGEST_CACHED;

/** Buffers above this many elements live for one text only. */
const LARGEST_KEPT = 1 << 22;

/** Byte-level BPE on UTF-8: pieces from a scanner, a table of words already seen, merges for the rest. */
export class BytePairEncoder {
  readonly vocabulary: ByteVocabulary;
  readonly scan: Scanner;
  private readonly merger: Merger;
  private readonly byteIds: Int32Array;
  /** The id of a word, or `-2 - place` of its ids in `sequences`. */
  private readonly words: WordTable;
  private readonly maxWords: number;
  private readonly ranked: boolean;
  /** Words of several ids: their number, then the ids. */
  private sequences = new Int32Array(1 << 12);
  private sequencesLength = 0;
  private text = new ByteBuffer();
  private out = new Int32Array(OUT);
  private outLength = 0;

  constructor({ vocabulary, scan, merger, wholeTokens, cacheSize = 1 << 17 }: BytePairEncoderOptions) {
    this.vocabulary = vocabulary;
    this.scan = scan;
    this.words = wholeTokens || !merger ? WordTable.of(vocabulary) : new WordTable();
    this.maxWords = vocabulary.length + cacheSize;
    this.ranked = !merger;
    this.merger = merger ?? new RankMerger(this.words);
    this.byteIds = vocabulary.byteIds();
  }

  /** The ids of a text. */
  encode(text: string): number[] {
    this.text.setText(text);
    return this.all();
  }

  /** The ids of well-formed UTF-8. */
  encodeBytes(bytes: Uint8Array): number[] {
    this.text.setBytes(bytes);
    return this.all();
  }

  /** Number of ids of a text; stops soon after it exceeds `limit`. */
  count(text: string, limit = Infinity): number {
    this.text.setText(text);
    const { length } = this.text;
    let n = 0;
    for (let i = 0; i < length && n <= limit; n += this.outLength) i = this.run(this.text, i, length);
    this.release();
    return n;
  }

  /** The pieces of a text, each with its ids and the byte it begins at. */
  *pieces(text: string): Generator<{ start: number; ids: number[] }> {
    const buffer = new ByteBuffer();
    buffer.setText(text);
    for (let start = 0; start < buffer.length;) {
      const end = this.run(buffer, start, buffer.length, 1);
      yield { start, ids: Array.from(this.out.subarray(0, this.outLength)) };
      start = end;
    }
  }

  private all(): number[] {
    const { length } = this.text;
    const batches: Int32Array[] = [];
    let total = 0;
    let i = this.run(this.text, 0, length);
    for (; i < length; i = this.run(this.text, i, length)) {
      batches.push(this.out.slice(0, this.outLength));
      total += this.outLength;
    }
    // an array of the right size at once: growing one costs as much as the encoding
    const ids = new Array<number>(total + this.outLength);
    let n = 0;
    for (const batch of batches) for (let o = 0; o < batch.length; o++) ids[n++] = batch[o]!;
    const { out, outLength } = this;
    for (let o = 0; o < outLength; o++) ids[n++] = out[o]!;
    this.release();
    return ids;
  }

  /** Lets go of buffers that a long text made large. */
  private release(): void {
    if (this.text.bytes.length > LARGEST_KEPT) this.text = new ByteBuffer();
    if (this.out.length > LARGEST_KEPT) this.out = new Int32Array(OUT);
  }

  /** Encodes pieces from `start` on until there are `batch` ids; returns where it stopped. */
  private run(buffer: ByteBuffer, start: number, end: number, batch = BATCH): number {
    const { scan, words, out } = this;
    const { bytes, view } = buffer;
    let { sequences } = this;
    let o = 0;
    let i = start;
    while (i < end && o < batch) {
      const e = scan(bytes, i, end);
      const known = words.get(view, i, e);
      if (known >= 0) out[o++] = known;
      else if (known < -1) {
        let z = -2 - known;
        for (let n = sequences[z++]!; n > 0; n--) out[o++] = sequences[z++]!;
      } else if (e - i <= LONGEST_CACHED) {
        const from = o;
        o = this.merge(buffer, i, e, o);
        this.remember(buffer, i, e, out, from, o);
        sequences = this.sequences;
      } else if (e - i <= out.length - o) o = this.merge(buffer, i, e, o);
      else if (o > 0) break;
      else {
        // a piece longer than the whole batch has a batch of its own
        this.out = new Int32Array(e - i + OUT);
        return this.run(buffer, i, end, batch);
      }
      i = e;
    }
    this.outLength = o;
    return i;
  }

  /** Merges a piece; writes its ids to `out` from `o` on and returns where they end. */
  private merge(buffer: ByteBuffer, start: number, end: number, o: number): number {
    const { merger, out } = this;
    const n = merger.mergeBytes(buffer, start, end, this.byteIds);
    const { ids } = merger;
    // a byte that no token is has no id
    for (let i = 0; i < n; i++) if (ids[i]! >= 0) out[o++] = ids[i]!;
    return o;
  }

  private remember(buffer: ByteBuffer, start: number, end: number, ids: Int32Array, from: number, to: number): void {
    if (this.words.size >= this.maxWords || this.sequencesLength >= MOST_CACHED) {
      this.words.dropNegative();
      this.sequencesLength = 0;
    }
    // by ranks, a single id in the table means that the bytes are that token
    if (to - from === 1 && !this.ranked) {
      this.words.add(buffer, start, end, ids[from]!);
      return;
    }
    const at = this.sequencesLength;
    if (at + to - from + 1 > this.sequences.length) this.sequences = grown(this.sequences, at + to - from + 1);
    this.sequences[at] = to - from;
    for (let i = from; i < to; i++) this.sequences[at + 1 + i - from] = ids[i]!;
    this.sequencesLength = at + 1 + to - from;
    this.words.add(buffer, start, end, -2 - at);
  }
}
