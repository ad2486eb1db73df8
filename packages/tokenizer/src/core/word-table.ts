import type { ByteVocabulary } from './byte-vocabulary.js';

/**
 * A hash table from byte strings to token ids: first the vocabulary, which stays, then words already encoded,
 * which are forgotten all at once when they grow past a bound.
 */
export class WordTable {
  private slots: Int32Array;
  private tags: Int32Array;
  private mask: number;
  /** Entry `x`: its bytes are `arena[offsets[x], offsets[x] + lengths[x])`. */
  private offsets: Int32Array;
  private lengths: Int32Array;
  private arena: Uint8Array;
  private arenaLength: number;
  private readonly fixedArena: number;
  private readonly fixedCount: number;
  private count = 0;
  /** Entry `x`: a token id, or `-1 - position` in `sequences`. */
  results: Int32Array;
  /** Several tokens of a word: their number, then the ids. */
  sequences = new Int32Array(1 << 12);
  private sequenceLength = 0;

  /**
   * @param vocabulary tokens found without merging
   * @param maxWords encoded words kept beside the vocabulary
   */
  constructor(
    vocabulary: ByteVocabulary | null,
    private readonly maxWords: number,
  ) {
    const { bytes, starts } = vocabulary ?? {
      bytes: new Uint8Array(0),
      starts: new Int32Array(1),
    };
    const size = starts.length - 1;
    let cells = 1 << 12;
    while (cells < size * 2.5) cells *= 2;
    this.mask = cells - 1;
    this.slots = new Int32Array(cells);
    this.tags = new Int32Array(cells);
    const room = size + (1 << 11);
    this.offsets = new Int32Array(room);
    this.lengths = new Int32Array(room);
    this.results = new Int32Array(room);
    this.arena = new Uint8Array(bytes.length + (1 << 14));
    this.arena.set(bytes);
    this.arenaLength = this.fixedArena = bytes.length;
    for (let id = 0; id < size; id++) {
      const start = starts[id]!;
      const end = starts[id + 1]!;
      if (start < end) this.place(start, end - start, hashBytes(bytes, start, end), id);
    }
    this.fixedCount = this.count;
  }

  /** The entry of `bytes[start, end)`, whose hash is `hash`; -1 if there is none. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const { slots, tags, mask, arena, offsets, lengths } = this;
    const length = end - start;
    for (let p = hash & mask; ; p = (p + 1) & mask) {
      const entry = slots[p]!;
      if (entry === 0) return -1;
      if (tags[p] !== hash || lengths[entry - 1] !== length) continue;
      let o = offsets[entry - 1]!;
      let i = start;
      while (i < end && arena[o] === bytes[i]) {
        i++;
        o++;
      }
      if (i === end) return entry - 1;
    }
  }

  /** The id of a token of the vocabulary, or -1. */
  tokenId(bytes: Uint8Array, start: number, end: number): number {
    const entry = this.find(bytes, start, end, hashBytes(bytes, start, end));
    return entry >= 0 && entry < this.fixedCount ? this.results[entry]! : -1;
  }

  /** Remembers that a word gives `ids[from, to)`. */
  remember(bytes: Uint8Array, start: number, end: number, hash: number, ids: Int32Array, from: number, to: number) {
    if (this.count - this.fixedCount >= this.maxWords) this.forget();
    const length = end - start;
    if (this.arenaLength + length > this.arena.length) this.arena = grown(this.arena, this.arenaLength + length);
    this.arena.set(bytes.subarray(start, end), this.arenaLength);
    let result: number;
    if (to - from === 1) result = ids[from]!;
    else {
      const n = to - from;
      if (this.sequenceLength + n + 1 > this.sequences.length)
        this.sequences = grown(this.sequences, this.sequenceLength + n + 1);
      result = -1 - this.sequenceLength;
      this.sequences[this.sequenceLength++] = n;
      for (let i = from; i < to; i++) this.sequences[this.sequenceLength++] = ids[i]!;
    }
    this.place(this.arenaLength, length, hash, result);
    this.arenaLength += length;
  }

  /** Number of entries, the vocabulary's included. */
  get size(): number {
    return this.count;
  }

  /** The bytes of an entry, a view that the next call may overwrite. */
  bytesOf(entry: number): Uint8Array {
    const start = this.offsets[entry]!;
    return this.arena.subarray(start, start + this.lengths[entry]!);
  }

  /** Drops the remembered words; the vocabulary stays. */
  forget(): void {
    this.count = this.fixedCount;
    this.arenaLength = this.fixedArena;
    this.sequenceLength = 0;
    const { slots, tags } = this;
    const old = tags.slice();
    const oldSlots = slots.slice();
    slots.fill(0);
    for (let i = 0; i < oldSlots.length; i++) {
      const entry = oldSlots[i]!;
      if (entry === 0 || entry > this.fixedCount) continue;
      let p = old[i]! & this.mask;
      while (slots[p] !== 0) p = (p + 1) & this.mask;
      slots[p] = entry;
      tags[p] = old[i]!;
    }
  }

  private place(offset: number, length: number, hash: number, result: number): void {
    if (this.count * 2 > this.mask) this.rehash();
    if (this.count === this.offsets.length) {
      const room = this.count * 2;
      this.offsets = grown(this.offsets, room);
      this.lengths = grown(this.lengths, room);
      this.results = grown(this.results, room);
    }
    const entry = this.count++;
    this.offsets[entry] = offset;
    this.lengths[entry] = length;
    this.results[entry] = result;
    const { slots, mask } = this;
    let p = hash & mask;
    while (slots[p] !== 0) p = (p + 1) & mask;
    slots[p] = entry + 1;
    this.tags[p] = hash;
  }

  private rehash(): void {
    const { slots, tags } = this;
    const mask = this.mask * 2 + 1;
    const nextSlots = new Int32Array(mask + 1);
    const nextTags = new Int32Array(mask + 1);
    for (let i = 0; i < slots.length; i++) {
      if (slots[i] === 0) continue;
      let p = tags[i]! & mask;
      while (nextSlots[p] !== 0) p = (p + 1) & mask;
      nextSlots[p] = slots[i]!;
      nextTags[p] = tags[i]!;
    }
    this.slots = nextSlots;
    this.tags = nextTags;
    this.mask = mask;
  }
}

/** FNV-1a with a final mix, over `bytes[start, end)`. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let h = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}

/** The array with room for at least `length` elements, its content kept. */
export function grown<T extends Int32Array | Uint8Array | Float64Array>(array: T, length: number): T {
  const next = new (array.constructor as new (n: number) => T)(Math.max(length, array.length * 2));
  next.set(array);
  return next;
}
