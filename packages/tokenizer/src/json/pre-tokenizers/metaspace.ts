import type { AlignedText } from '../../aligned-text.js';
import { StringFinder } from '../../regex/pattern.js';
import type { PreTokenizer } from '../../types.js';
import { splitText } from '../split.js';
import { prepend, replaceMatches } from '../transform.js';

export const prependSchemes = ['always', 'first', 'never'] as const;

/** The options of Metaspace, as a `tokenizer.json` spells them. */
export type MetaspaceOptions = {
  replacement: string;
  /** Where a `replacement` is put before a piece that has none: every piece, the one that begins the text, nowhere. */
  prepend_scheme: (typeof prependSchemes)[number];
  split: boolean;
};

const space = new StringFinder(' ');

/** Makes spaces visible (`▁`) and cuts before them. */
export class MetaspacePreTokenizer implements PreTokenizer {
  readonly #finder: StringFinder;

  constructor(private readonly options: MetaspaceOptions) {
    this.#finder = new StringFinder(options.replacement);
  }

  preTokenize(piece: AlignedText): AlignedText[] {
    const { replacement, prepend_scheme: scheme, split } = this.options;
    let text = replaceMatches(piece, space.find(piece.text), replacement);
    const wanted = scheme === 'always' || (scheme === 'first' && text.sourceStart === 0);
    if (wanted && !text.text.startsWith(replacement)) text = prepend(text, replacement);
    return split ? splitText(text, this.#finder, 'MergedWithNext') : [text];
  }

  toJSON() {
    return { type: 'Metaspace', ...this.options };
  }
}
