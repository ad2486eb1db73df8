/**
 * A text together with the place in the source text that each of its UTF-16 units stands for.
 *
 * Without `starts` and `ends`, unit `i` is source unit `sourceStart + i`.
 */
export class AlignedText {
  constructor(
    readonly text: string,
    /** Source unit at which the text begins (of an empty text too). */
    readonly sourceStart = 0,
    /** For each unit, the source unit at which its origin begins; `null` while nothing has moved. */
    readonly starts: Int32Array | null = null,
    /** For each unit, the source unit at which its origin ends. */
    readonly ends: Int32Array | null = null,
  ) {}

  /** Units `[start, end)` of this text. */
  slice(start: number, end: number): AlignedText {
    // the whole text begins where its first unit comes from, which may lie behind the start of its source
    if (start === 0 && end === this.text.length && (this.starts?.[0] ?? this.sourceStart) === this.sourceStart)
      return this;
    const text = this.text.slice(start, end);
    if (!this.starts || !this.ends) return new AlignedText(text, this.sourceStart + start);
    const from = this.starts[start] ?? this.ends[start - 1] ?? this.sourceStart;
    return new AlignedText(text, from, this.starts.subarray(start, end), this.ends.subarray(start, end));
  }

  /** Where units `[start, end)` came from, as a half-open range of source units. */
  sourceRange(start: number, end: number): [number, number] {
    if (!this.starts || !this.ends) return [this.sourceStart + start, this.sourceStart + end];
    if (start >= end) {
      const at = this.starts[start] ?? this.ends[start - 1] ?? this.sourceStart;
      return [at, at];
    }
    return [this.starts[start]!, this.ends[end - 1]!];
  }
}
