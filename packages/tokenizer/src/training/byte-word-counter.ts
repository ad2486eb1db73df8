import type { Scanner } from '../core/scanners.js';
import { hashBytes, WordTable } from '../core/word-table.js';

const one = Int32Array.of(1);

/** Counts the pieces of texts as byte strings. */
export class ByteWordCounter {
  private readonly words = new WordTable(null, Infinity);
  private bytes = new Uint8Array(1 << 16);

  constructor(private readonly scan: Scanner) {}

  /** Cuts a text into pieces and counts them. */
  add(text: string): void {
    if (this.bytes.length < text.length * 3) this.bytes = new Uint8Array(text.length * 3);
    const { words, bytes, scan } = this;
    const end = new TextEncoder().encodeInto(text, bytes).written;
    for (let i = 0; i < end;) {
      const e = scan(bytes, i, end);
      const hash = hashBytes(bytes, i, e);
      const entry = words.find(bytes, i, e, hash);
      if (entry >= 0) words.results[entry]!++;
      else words.remember(bytes, i, e, hash, one, 0, 1);
      i = e;
    }
  }

  /** Distinct pieces so far. */
  get size(): number {
    return this.words.size;
  }

  /** Every piece with its count, in order of first appearance. */
  *entries(): Generator<[bytes: Uint8Array, count: number]> {
    for (let entry = 0; entry < this.words.size; entry++) yield [this.words.bytesOf(entry), this.words.results[entry]!];
  }
}
