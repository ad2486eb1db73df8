import { ByteBuffer } from '../core/byte-buffer.js';
import type { Scanner } from '../core/scanners.js';
import { WordTable } from '../core/word-table.js';

/** Counts the pieces of texts as byte strings. */
export class ByteWordCounter {
  private readonly words = new WordTable(1 << 14);
  private readonly buffer = new ByteBuffer();

  constructor(private readonly scan: Scanner) {}

  /** Cuts a text into pieces and counts them. */
  add(text: string): void {
    const { words, buffer, scan } = this;
    buffer.setText(text);
    const { bytes, length } = buffer;
    for (let i = 0; i < length;) {
      const e = scan(bytes, i, length);
      words.count(buffer, i, e);
      i = e;
    }
  }

  /** Every piece with its count. */
  entries(): Generator<[bytes: Uint8Array, count: number]> {
    return this.words.entries();
  }
}
