import type { AlignedText } from './aligned-text.js';
import type { AddedToken, Normalizer, SpecialTokenPolicy } from './types.js';

/** A stretch of normalized text, or an added token found in it. */
export interface Segment {
  piece: AlignedText;
  token: AddedToken | null;
}

/** Finds added tokens in texts. */
export class AddedVocabulary {
  constructor(readonly tokens: readonly AddedToken[]) {}

  split(text: AlignedText, normalizer: Normalizer | null, policy: SpecialTokenPolicy): Segment[] {
    const wanted = this.tokens.filter((t) => !t.special || policy !== 'text');
    const out: Segment[] = [];
    let rest = 0;
    const plain = (to: number) => {
      if (to > rest) {
        const piece = text.slice(rest, to);
        out.push({
          piece: normalizer ? normalizer.normalize(piece) : piece,
          token: null,
        });
      }
    };
    for (let i = 0; wanted.length && i < text.text.length;) {
      let best: AddedToken | null = null;
      for (const t of wanted)
        if (text.text.startsWith(t.content, i) && t.content.length > (best?.content.length ?? 0)) best = t;
      if (!best) {
        i++;
        continue;
      }
      if (best.special && policy === 'forbid')
        throw new Error(`encode: the text holds the special token ${JSON.stringify(best.content)} at ${i}`);
      plain(i);
      out.push({ piece: text.slice(i, i + best.content.length), token: best });
      i = rest = i + best.content.length;
    }
    plain(text.text.length);
    return out;
  }
}
