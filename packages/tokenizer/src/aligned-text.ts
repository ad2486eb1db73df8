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
    if (start === 0 && end === this.text.length) return this;
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

  /**
   * The text rebuilt from `replacements`: `[start, end, text]` in ascending, disjoint order, units of this text.
   * All units of a replacement stand for all of `[start, end)`; what an insertion adds (`start === end`) stands for
   * the unit that follows it when `anchor` is `'next'`, else for the one before.
   */
  replace(replacements: [number, number, string][], anchor: 'previous' | 'next' = 'previous'): AlignedText {
    if (replacements.length === 0) return this;
    let length = this.text.length;
    for (const [start, end, by] of replacements) length += by.length - (end - start);
    const starts = new Int32Array(length);
    const ends = new Int32Array(length);
    const parts: string[] = [];
    let at = 0;
    let last = 0;
    const keep = (until: number) => {
      parts.push(this.text.slice(last, until));
      for (; last < until; last++) {
        starts[at] = this.starts ? this.starts[last]! : this.sourceStart + last;
        ends[at++] = this.ends ? this.ends[last]! : this.sourceStart + last + 1;
      }
    };
    for (const [start, end, by] of replacements) {
      keep(start);
      const range = start < end ? this.sourceRange(start, end) : this.neighbour(start, anchor);
      parts.push(by);
      starts.fill(range[0], at, at + by.length);
      ends.fill(range[1], at, at + by.length);
      at += by.length;
      last = end;
    }
    keep(this.text.length);
    return new AlignedText(parts.join(''), this.sourceStart, starts, ends);
  }

  private neighbour(index: number, anchor: 'previous' | 'next'): [number, number] {
    const unit = anchor === 'next' ? index : index - 1;
    return unit >= 0 && unit < this.text.length ? this.sourceRange(unit, unit + 1) : this.sourceRange(index, index);
  }
}
