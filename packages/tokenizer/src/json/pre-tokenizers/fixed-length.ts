import type { AlignedText } from '../../aligned-text.js';
import type { PreTokenizer } from '../../types.js';

/** Cuts every so many characters. */
export class FixedLengthPreTokenizer implements PreTokenizer {
  constructor(readonly length: number) {}

  preTokenize(piece: AlignedText): AlignedText[] {
    const pieces: AlignedText[] = [];
    let start = 0;
    let at = 0;
    let count = 0;
    for (const c of piece.text) {
      at += c.length;
      if (++count % this.length === 0) {
        pieces.push(piece.slice(start, at));
        start = at;
      }
    }
    if (start < at) pieces.push(piece.slice(start, at));
    return pieces;
  }

  toJSON() {
    return { type: 'FixedLength', length: this.length };
  }
}
