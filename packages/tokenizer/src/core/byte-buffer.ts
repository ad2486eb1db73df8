/** Follows the text in a buffer: a byte that UTF-8 never has, so that scanners stop without counting. */
export const SENTINEL = 0xff;

const PADDING = 16;

/** Bytes that can be read four at a time, some way past their end. */
export class ByteBuffer {
  bytes!: Uint8Array;
  view!: DataView;
  /** Bytes in use. */
  length = 0;

  constructor(capacity = 1 << 12) {
    this.allocate(capacity);
  }

  /** Replaces the content by the UTF-8 of `text`; lone surrogates become U+FFFD. */
  setText(text: string): void {
    const n = text.length;
    if (this.bytes.length < n * 3 + PADDING) this.allocate(n * 3 + (n >> 2));
    const { bytes } = this;
    let i = 0;
    if (n < 64) for (let c; i < n && (c = text.charCodeAt(i)) < 128; i++) bytes[i] = c;
    this.length = i === n ? n : utf8.encodeInto(text, bytes).written;
    bytes[this.length] = SENTINEL;
  }

  /** Replaces the content. */
  setBytes(bytes: Uint8Array): void {
    this.length = 0;
    this.append(bytes, 0, bytes.length);
    this.bytes[this.length] = SENTINEL;
  }

  /** Makes room for `more` bytes after the content. */
  reserve(more: number): void {
    const { bytes, length } = this;
    if (length + more + PADDING <= bytes.length) return;
    this.allocate(Math.max(bytes.length * 2, length + more));
    this.bytes.set(bytes.subarray(0, length));
  }

  /** Appends `source[start, end)`. */
  append(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    const { bytes } = this;
    let to = this.length;
    if (end - start > 64) bytes.set(source.subarray(start, end), to);
    else for (let i = start; i < end;) bytes[to++] = source[i++]!;
    this.length += end - start;
  }

  private allocate(capacity: number): void {
    const buffer = new ArrayBuffer(capacity + PADDING);
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }
}

const utf8 = new TextEncoder();
