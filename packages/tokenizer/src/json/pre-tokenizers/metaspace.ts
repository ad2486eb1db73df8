import type { AlignedText } from '../../aligned-text.js';
import { StringFinder } from '../../regex/pattern.js';
import type { PreTokenizer } from '../../types.js';
import { splitText } from '../split.js';
import { prepend, replaceMatches } from '../transform.js';

export const prependSchemes = ['always', 'first', 'never'] as const;
export type PrependScheme = (typeof prependSchemes)[number];

const space = new StringFinder(' ');

/** Makes spaces visible (`▁`) and cuts before them. */
export class MetaspacePreTokenizer implements PreTokenizer {
  private readonly finder: StringFinder;

  /**
   * @param prependScheme Where a `replacement` is put before a piece that has none: before every piece, before the
   * one that begins the text, or nowhere.
   */
  constructor(
    readonly replacement = '▁',
    readonly prependScheme: PrependScheme = 'always',
    readonly split = true,
  ) {
    this.finder = new StringFinder(replacement);
  }

  preTokenize(piece: AlignedText): AlignedText[] {
    const { replacement, prependScheme } = this;
    let text = replaceMatches(piece, space.find(piece.text), replacement);
    const wanted = prependScheme === 'always' || (prependScheme === 'first' && text.sourceStart === 0);
    if (wanted && !text.text.startsWith(replacement)) text = prepend(text, replacement);
    return this.split ? splitText(text, this.finder, 'MergedWithNext') : [text];
  }

  toJSON() {
    return {
      type: 'Metaspace',
      replacement: this.replacement,
      prepend_scheme: this.prependScheme,
      split: this.split,
    };
  }
}
