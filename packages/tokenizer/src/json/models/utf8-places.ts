/**
 * For every byte of the UTF-8 of a text the UTF-16 unit at which its character starts and ends:
 * models of the reference count bytes.
 */
export class Utf8Places {
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private readonly ascii: boolean;
  private readonly bytes: number = 0;

  constructor(private readonly text: string) {
    this.ascii = /^[\x00-\x7f]*$/.test(text);
    this.starts = new Int32Array(this.ascii ? 0 : text.length * 3);
    this.ends = new Int32Array(this.starts.length);
    if (this.ascii) return;
    let at = 0;
    for (const c of text) {
      for (let width = utf8Length(c); width > 0; width--) {
        this.starts[this.bytes] = at;
        this.ends[this.bytes++] = at + c.length;
      }
      at += c.length;
    }
  }

  /** The units of the characters that bytes `[start, end)` touch. */
  units(start: number, end: number): [number, number] {
    if (this.ascii) return [start, end];
    const { length } = this.text;
    const from = start < this.bytes ? this.starts[start]! : length;
    return [from, end > start && end <= this.bytes ? this.ends[end - 1]! : end > start ? length : from];
  }
}

/** Bytes that one character takes in UTF-8. */
export function utf8Length(c: string): number {
  const cp = c.codePointAt(0)!;
  return cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
}
