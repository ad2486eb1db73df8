/**
 * For every byte of the UTF-8 of a text the UTF-16 unit at which its character starts and ends:
 * models of the reference count bytes.
 */
export class Utf8Places {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly ascii: boolean;

  constructor(private readonly text: string) {
    this.ascii = /^[\x00-\x7f]*$/.test(text);
    if (this.ascii) return;
    let at = 0;
    for (const c of text) {
      for (let width = utf8Length(c); width > 0; width--) {
        this.starts.push(at);
        this.ends.push(at + c.length);
      }
      at += c.length;
    }
  }

  /** The units of the characters that bytes `[start, end)` touch. */
  units(start: number, end: number): [number, number] {
    if (this.ascii) return [start, end];
    const { length } = this.text;
    return [
      this.starts[start] ?? length,
      end > start ? (this.ends[end - 1] ?? length) : (this.starts[start] ?? length),
    ];
  }
}

/** Bytes that one character takes in UTF-8. */
export function utf8Length(c: string): number {
  const cp = c.codePointAt(0)!;
  return cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
}
