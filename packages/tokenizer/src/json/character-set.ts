import * as tables from './unicode-tables.js';

/**
 * A set of code points, given by ranges: the gap since the last range and how many follow the first, in base 26 with
 * a small letter for the last digit.
 */
class CharacterSet {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(table: string) {
    let last = 0;
    for (const digits of table.match(/[A-Z]*[a-z]/g)!) {
      last += [...digits].reduce((number, digit) => number * 26 + parseInt(digit, 36) - 10, 0);
      (this.#starts.length > this.#ends.length ? this.#ends : this.#starts).push(last);
    }
  }

  /** Whether a character is a member. */
  has(c: string): boolean {
    const point = c.codePointAt(0)!;
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= point) low = middle + 1;
      else high = middle;
    }
    return low > 0 && point <= this.#ends[low - 1]!;
  }
}

/** What BERT's cleaning drops. */
export const controls = new CharacterSet(tables.control);
/** What BERT's stripping of accents drops. */
export const nonspacingMarks = new CharacterSet(tables.nonspacingMark);
const otherMarks = new CharacterSet(tables.otherMark);
/** What StripAccents drops. */
export const isMark = (c: string): boolean => nonspacingMarks.has(c) || otherMarks.has(c);
/** ASCII's symbols and Unicode's punctuation. */
export const punctuation = new CharacterSet(tables.punctuation);
