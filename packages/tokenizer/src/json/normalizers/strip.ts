import type { AlignedText } from '../../aligned-text.js';
import type { Normalizer } from '../../types.js';
import { isMark } from '../character-set.js';
import { mapCharacters, transform, type Change } from '../transform.js';

/** Drops white space at the ends of a text. */
export class StripNormalizer implements Normalizer {
  constructor(
    readonly left = true,
    readonly right = true,
  ) {}

  normalize(text: AlignedText): AlignedText {
    const leading = this.left ? /^\p{White_Space}*/u.exec(text.text)![0].length : 0;
    const rest = text.text.slice(leading);
    const trailing = this.right ? rest.length - rest.replace(/(?<!\p{White_Space})\p{White_Space}+$/u, '').length : 0;
    if (leading + trailing === 0) return text;
    const kept = [...rest.slice(0, rest.length - trailing)];
    const changes = kept.map((c, i): Change => [c, i === kept.length - 1 ? -trailing : 0]);
    return transform(text, changes, leading);
  }

  toJSON() {
    return { type: 'Strip', strip_left: this.left, strip_right: this.right };
  }
}

/** Drops marks; usually after NFD. */
export const stripAccentsNormalizer: Normalizer = {
  normalize: (text) => mapCharacters(text, (c) => (isMark(c) ? '' : c)),
  toJSON: () => ({ type: 'StripAccents' }),
};
