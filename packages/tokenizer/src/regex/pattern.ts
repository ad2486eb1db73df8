import type { Dialect } from './pattern-reader.js';
import { translate } from './translate.js';

/** A half-open range of UTF-16 units and whether it is a match; the ranges of a text cover it without gaps. */
export type Stretch = [start: number, end: number, isMatch: boolean];

/** What finds the delimiters of a text. */
export interface Finder {
  /** The whole of `text` cut into matches and what lies between them, in order. */
  find(text: string): Stretch[];
}

/** Fills the gaps between `matches`, which are ascending and disjoint. */
function withGaps(text: string, matches: Iterable<readonly [number, number]>): Stretch[] {
  const all: Stretch[] = [];
  let last = 0;
  for (const [start, end] of matches) {
    if (last !== start) all.push([last, start, false]);
    all.push([start, end, true]);
    last = end;
  }
  if (last !== text.length) all.push([last, text.length, false]);
  return all;
}

/** Finds the matches of a pattern in Oniguruma's or Rust's syntax. */
export class PatternFinder implements Finder {
  private readonly regex: RegExp;

  /** @throws SyntaxError where the pattern is broken or uses a construct that is not supported. */
  constructor(
    readonly pattern: string,
    dialect: Dialect = 'oniguruma',
  ) {
    const source = translate(pattern, dialect);
    try {
      this.regex = new RegExp(source, 'gv');
    } catch (cause) {
      throw new SyntaxError(`the pattern ${JSON.stringify(pattern)} is not supported`, { cause });
    }
  }

  find(text: string): Stretch[] {
    if (text === '') return [];
    const matches: [number, number][] = [];
    let last = -1;
    for (const match of text.matchAll(this.regex)) {
      const end = match.index + match[0].length;
      // an empty match right after a match does not count
      if (end > match.index || match.index !== last) matches.push([match.index, end]);
      last = end;
    }
    return withGaps(text, matches);
  }
}

/** Finds the places of a string. */
export class StringFinder implements Finder {
  constructor(readonly text: string) {}

  find(text: string): Stretch[] {
    const { length } = this.text;
    const matches: [number, number][] = [];
    if (length > 0)
      for (let at = text.indexOf(this.text); at >= 0; at = text.indexOf(this.text, at + length))
        matches.push([at, at + length]);
    return withGaps(text, matches);
  }
}

/** Finds single characters; `test` is called with whole characters. */
export class CharacterFinder implements Finder {
  constructor(private readonly test: (c: string) => boolean) {}

  find(text: string): Stretch[] {
    const matches: [number, number][] = [];
    let at = 0;
    for (const c of text) {
      if (this.test(c)) matches.push([at, at + c.length]);
      at += c.length;
    }
    return withGaps(text, matches);
  }
}
