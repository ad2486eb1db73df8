import { AlignedText } from './aligned-text.js';
import { Trie } from './json/models/trie.js';
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

/** Finds added tokens in texts, the longest at the leftmost place. */
export class AddedVocabulary {
  private readonly raw: AddedToken[];
  private readonly normalized: AddedToken[];
  private readonly rawTrie: Trie;
  private normalizedTrie: Trie | null = null;

  constructor(readonly tokens: readonly AddedToken[]) {
    // a token that is matched in the raw text is not seen in the normalized one
    this.raw = tokens.filter((token) => !token.normalized);
    this.normalized = tokens.filter((token) => token.normalized);
    this.rawTrie = new Trie(this.raw.map((token, i) => [token.content, i]));
  }

  /**
   * Cuts a text at its added tokens: first the raw text at those with `normalized: false`, then what lies between,
   * normalized, at the others. Empty pieces are left out.
   *
   * @param policy What happens at the spelling of a special token; `'forbid'` throws a RangeError.
   */
  split(text: AlignedText, normalizer: Normalizer | null, policy: SpecialTokenPolicy): Segment[] {
    this.normalizedTrie ??= new Trie(
      this.normalized.map((token, i) => [
        normalizer?.normalize(new AlignedText(token.content)).text ?? token.content,
        i,
      ]),
    );
    const { normalized, normalizedTrie } = this;
    const segments: Segment[] = [];
    for (const segment of cut(wellFormed(text), this.rawTrie, this.raw, policy)) {
      if (segment.token) segments.push(segment);
      else {
        const piece = normalizer ? normalizer.normalize(segment.piece) : segment.piece;
        for (const part of cut(piece, normalizedTrie, normalized, policy)) segments.push(part);
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

function cut(piece: AlignedText, trie: Trie, tokens: readonly AddedToken[], policy: SpecialTokenPolicy): Segment[] {
  const { text } = piece;
  const segments: Segment[] = [];
  const push = (start: number, end: number, token: AddedToken | null) => {
    if (end > start) segments.push({ piece: piece.slice(start, end), token });
  };
  let rest = 0;
  for (let at = 0; tokens.length > 0 && at < text.length;) {
    const match = trie.longest(text, at);
    if (!match) {
      at++;
      continue;
    }
    const start = at;
    const end = match[0];
    const token = tokens[match[1]]!;
    at = end;
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
