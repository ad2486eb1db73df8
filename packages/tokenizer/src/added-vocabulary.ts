import { AlignedText } from './aligned-text.js';
import type { AddedToken, Normalizer, SpecialTokenPolicy } from './types.js';

/** A stretch of normalized text, or an added token found in it. */
export interface Segment {
  piece: AlignedText;
  token: AddedToken | null;
}

const endsWithWord = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const startsWithWord = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const spacesAtStart = /\p{White_Space}*/uy;
const isSpace = /\p{White_Space}/u;

/** Finds strings of a set in a text: the leftmost, and of those the longest. */
class Finder {
  private readonly tokens: ReadonlyMap<string, AddedToken>;
  private readonly lengths: number[];
  private readonly firsts: RegExp;

  constructor(entries: [string, AddedToken][]) {
    this.tokens = new Map(entries.filter(([content]) => content !== ''));
    const contents = [...this.tokens.keys()];
    this.lengths = [...new Set(contents.map((content) => content.length))].sort((a, b) => b - a);
    const units = new Set(contents.map((content) => content.charCodeAt(0)));
    const escaped = [...units].map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`);
    this.firsts = new RegExp(`[${escaped.join('')}]`, 'g');
  }

  find(text: string, from: number): { start: number; end: number; token: AddedToken } | null {
    this.firsts.lastIndex = from;
    for (let match = this.firsts.exec(text); match; match = this.firsts.exec(text))
      for (const length of this.lengths) {
        const end = match.index + length;
        const token = this.tokens.get(text.slice(match.index, end));
        if (token && end <= text.length) return { start: match.index, end, token };
      }
    return null;
  }
}

/** Finds added tokens in texts, the longest at the leftmost place. */
export class AddedVocabulary {
  private readonly raw: Finder;
  private normalized: Finder | null = null;

  constructor(readonly tokens: readonly AddedToken[]) {
    // a token that is matched in the raw text is not seen in the normalized one
    this.raw = new Finder(tokens.flatMap((token) => (token.normalized ? [] : [[token.content, token]])));
  }

  /**
   * Cuts a text at its added tokens: first the raw text at those with `normalized: false`, then what lies between,
   * normalized, at the others. Empty pieces are left out.
   *
   * @param policy What happens at the spelling of a special token; `'forbid'` throws a RangeError.
   */
  split(text: AlignedText, normalizer: Normalizer | null, policy: SpecialTokenPolicy): Segment[] {
    const inNormalized = (this.normalized ??= new Finder(
      this.tokens.flatMap((token) =>
        token.normalized ? [[normalizer?.normalize(new AlignedText(token.content)).text ?? token.content, token]] : [],
      ),
    ));
    const segments: Segment[] = [];
    for (const segment of cut(wellFormed(text), this.raw, policy)) {
      if (segment.token) segments.push(segment);
      else {
        const piece = normalizer ? normalizer.normalize(segment.piece) : segment.piece;
        for (const part of cut(piece, inNormalized, policy)) segments.push(part);
      }
    }
    return segments;
  }
}

/** Lone surrogates stand for U+FFFD, as in UTF-8. */
function wellFormed(text: AlignedText): AlignedText {
  if (!/\p{Surrogate}/u.test(text.text)) return text;
  return new AlignedText(text.text.replace(/\p{Surrogate}/gu, '\ufffd'), text.sourceStart, text.starts, text.ends);
}

function cut(piece: AlignedText, finder: Finder, policy: SpecialTokenPolicy): Segment[] {
  const { text } = piece;
  const segments: Segment[] = [];
  const push = (start: number, end: number, token: AddedToken | null) => {
    if (end > start) segments.push({ piece: piece.slice(start, end), token });
  };
  let rest = 0;
  for (let found = finder.find(text, 0); found; found = finder.find(text, found.end)) {
    const { start, end, token } = found;
    if (
      token.singleWord &&
      (endsWithWord.test(text.slice(Math.max(0, start - 2), start)) || startsWithWord.test(text.slice(end, end + 2)))
    )
      continue;
    if (token.special && policy === 'text') continue;
    if (token.special && policy === 'forbid')
      throw new RangeError(
        `encode: the text spells the special token ${JSON.stringify(token.content)}; set specialTokens to 'allow' or 'text'`,
      );
    let from = start;
    let to = end;
    if (token.lstrip) while (from > rest && isSpace.test(text[from - 1]!)) from--;
    if (token.rstrip) {
      spacesAtStart.lastIndex = end;
      to += spacesAtStart.exec(text)![0].length;
    }
    push(rest, from, null);
    push(Math.max(from, rest), to, token);
    rest = Math.max(rest, to);
  }
  push(rest, text.length, null);
  return segments;
}
