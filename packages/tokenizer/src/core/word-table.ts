import { ByteBuffer } from './byte-buffer.js';
import type { ByteVocabulary } from './byte-vocabulary.js';
import { PairTable } from './pair-table.js';

/** Bits of the first and second four bytes that belong to a word of n < 8 bytes. */
const first = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1);
const second = Int32Array.of(0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff);

/** A hash table from byte strings to integers; -1 where nothing was stored. */
export class WordTable {
  /** Words under 8 bytes: (bytes 4 to 6 and the length, bytes 0 to 3). */
  private readonly short: PairTable;
  /** The others, four numbers each: hash, place in `arena`, length (0 if free), value. */
  private long!: Int32Array;
  private longSize = 0;
  private arena = new ByteBuffer();

  /** @param capacity words expected; the table grows beyond it */
  constructor(capacity = 1024) {
    this.short = new PairTable(capacity >> 1);
    this.allocate(capacity >> 1);
  }

  /** A table of every token with its id. */
  static of({ buffer, starts, length }: ByteVocabulary): WordTable {
    const table = new WordTable(length * 1.6);
    const { view } = buffer;
    table.arena.append(buffer.bytes, 0, buffer.length);
    for (let id = 0; id < length; id++) {
      const start = starts[id]!;
      const end = starts[id + 1]!;
      if (end - start >= 8) table.place(hashWord(view, start, end), start, end - start, id);
      else if (start < end) table.add(buffer, start, end, id);
    }
    return table;
  }

  /** Words stored. */
  get size(): number {
    return this.short.size + this.longSize;
  }

  /** The number stored for the bytes `[start, end)`, or -1. Reads up to 7 bytes past the end. */
  get(view: DataView, start: number, end: number): number {
    const n = end - start;
    if (n < 8)
      return this.short.get(
        (view.getInt32(start + 4, true) & second[n]!) | (n << 24),
        view.getInt32(start, true) & first[n]!,
      );
    const { long } = this;
    const hash = hashWord(view, start, end);
    for (let p = (hash & ((long.length >> 2) - 1)) << 2; ; p = (p + 4) & (long.length - 1)) {
      if (long[p] === hash && long[p + 2] === n && same(this.arena.view, long[p + 1]!, view, start, end))
        return long[p + 3]!;
      if (long[p + 2] === 0) return -1;
    }
  }

  /** Stores `value` for bytes that are not in the table yet. */
  add(buffer: { bytes: Uint8Array; view: DataView }, start: number, end: number, value: number): void {
    const { view } = buffer;
    const n = end - start;
    if (n < 8) {
      const low = view.getInt32(start, true) & first[n]!;
      this.short.set((view.getInt32(start + 4, true) & second[n]!) | (n << 24), low, value);
      return;
    }
    const at = this.arena.length;
    this.arena.append(buffer.bytes, start, end);
    this.place(hashWord(view, start, end), at, n, value);
  }

  /** Adds 1 to a word's number, which starts at 0. */
  count(buffer: { bytes: Uint8Array; view: DataView }, start: number, end: number): void {
    const { view } = buffer;
    const n = end - start;
    if (n < 8) {
      const high = (view.getInt32(start + 4, true) & second[n]!) | (n << 24);
      const low = view.getInt32(start, true) & first[n]!;
      this.short.set(high, low, Math.max(0, this.short.get(high, low)) + 1);
      return;
    }
    const { long } = this;
    const hash = hashWord(view, start, end);
    for (let p = (hash & ((long.length >> 2) - 1)) << 2; long[p + 2] !== 0; p = (p + 4) & (long.length - 1))
      if (long[p] === hash && long[p + 2] === n && same(this.arena.view, long[p + 1]!, view, start, end)) {
        long[p + 3]!++;
        return;
      }
    this.add(buffer, start, end, 1);
  }

  /** Every word with its number, in an order that depends on nothing but the words. */
  *entries(): Generator<[Uint8Array, number]> {
    const short: [Uint8Array, number][] = [];
    this.short.forEach((high, low, value) => {
      const bytes = new Uint8Array(high >>> 24);
      for (let i = 0; i < bytes.length; i++) bytes[i] = i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4));
      short.push([bytes, value]);
    });
    yield* short;
    const { long, arena } = this;
    for (let p = 0; p < long.length; p += 4)
      if (long[p + 2] !== 0) yield [arena.bytes.slice(long[p + 1]!, long[p + 1]! + long[p + 2]!), long[p + 3]!];
  }

  /** Drops the words whose number is negative. */
  dropNegative(): void {
    const kept: [number, number, number][] = [];
    this.short.forEach((high, low, value) => value >= 0 && kept.push([high, low, value]));
    this.short.clear();
    for (const [high, low, value] of kept) this.short.set(high, low, value);
    const { long, arena } = this;
    this.arena = new ByteBuffer();
    this.allocate(0);
    for (let p = 0; p < long.length; p += 4)
      if (long[p + 2] !== 0 && long[p + 3]! >= 0)
        this.add(arena, long[p + 1]!, long[p + 1]! + long[p + 2]!, long[p + 3]!);
  }

  private allocate(capacity: number): void {
    let cells = 1 << 9;
    while (cells < capacity * 2) cells *= 2;
    this.long = new Int32Array(cells * 4);
    this.longSize = 0;
  }

  private place(hash: number, at: number, length: number, value: number): void {
    if (this.longSize * 8 >= this.long.length) this.grow();
    const { long } = this;
    let p = (hash & ((long.length >> 2) - 1)) << 2;
    while (long[p + 2] !== 0) p = (p + 4) & (long.length - 1);
    long[p] = hash;
    long[p + 1] = at;
    long[p + 2] = length;
    long[p + 3] = value;
    this.longSize++;
  }

  private grow(): void {
    const old = this.long;
    this.allocate(old.length >> 2);
    for (let p = 0; p < old.length; p += 4)
      if (old[p + 2] !== 0) this.place(old[p]!, old[p + 1]!, old[p + 2]!, old[p + 3]!);
  }
}

/** Mixes at least 8 bytes, four at a time; the last four may overlap the ones before. */
function hashWord(view: DataView, start: number, end: number): number {
  let h = end - start;
  const last = end - 4;
  for (let i = start; i < last; i += 4) {
    h = Math.imul(h ^ view.getInt32(i, true), 0x9e3779b1);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ view.getInt32(last, true), 0x85ebca6b);
  return h ^ (h >>> 13);
}

function same(a: DataView, at: number, b: DataView, start: number, end: number): boolean {
  const last = end - 4;
  const shift = at - start;
  for (let i = start; i < last; i += 4) if (a.getInt32(i + shift, true) !== b.getInt32(i, true)) return false;
  return a.getInt32(last + shift, true) === b.getInt32(last, true);
}
