import type { AlignedText } from '../../aligned-text.js';
import { CharacterFinder, PatternFinder, StringFinder, type Finder } from '../../regex/pattern.js';
import type { Json, PreTokenizer } from '../../types.js';
import { punctuation } from '../character-set.js';
import type { PatternJson } from '../read-pattern.js';
import { splitText, type SplitBehavior } from '../split.js';

/** Cuts at what a pattern finds. */
export class SplitPreTokenizer implements PreTokenizer {
  constructor(
    readonly pattern: PatternJson,
    readonly behavior: SplitBehavior,
    readonly invert = false,
  ) {}

  preTokenize(piece: AlignedText): AlignedText[] {
    return splitText(piece, this.pattern.finder, this.behavior, this.invert);
  }

  toJSON() {
    return { type: 'Split', pattern: this.pattern.json, behavior: this.behavior, invert: this.invert };
  }
}

/** Cuts at a fixed set of characters. */
class CharacterSplit implements PreTokenizer {
  constructor(
    private readonly finder: Finder,
    private readonly behavior: SplitBehavior,
    private readonly json: { [key: string]: Json },
    private readonly invert = false,
  ) {}

  preTokenize(piece: AlignedText): AlignedText[] {
    return splitText(piece, this.finder, this.behavior, this.invert);
  }

  toJSON() {
    return this.json;
  }
}

const whiteSpace = new CharacterFinder((c) => /\p{White_Space}/u.test(c));
const number = new CharacterFinder((c) => /\p{N}/u.test(c));
const punctuationFinder = new CharacterFinder((c) => punctuation.has(c));

/** Cuts at white space and drops it. */
export const whitespaceSplit = (): PreTokenizer =>
  new CharacterSplit(whiteSpace, 'Removed', { type: 'WhitespaceSplit' });

/** Runs of word characters and runs of other characters; white space is dropped. */
export const whitespace = (): PreTokenizer =>
  new CharacterSplit(new PatternFinder('\\w+|[^\\w\\s]+', 'rust'), 'Removed', { type: 'Whitespace' }, true);

/** Cuts at ASCII symbols and all of Unicode's punctuation. */
export const punctuationSplit = (behavior: SplitBehavior): PreTokenizer =>
  new CharacterSplit(punctuationFinder, behavior, { type: 'Punctuation', behavior });

/** Cuts off numbers, digit by digit or whole. */
export const digits = (individualDigits: boolean): PreTokenizer =>
  new CharacterSplit(number, individualDigits ? 'Isolated' : 'Contiguous', {
    type: 'Digits',
    individual_digits: individualDigits,
  });

/** Cuts at a character and drops it. */
export const charDelimiterSplit = (delimiter: string): PreTokenizer =>
  new CharacterSplit(new StringFinder(delimiter), 'Removed', { type: 'CharDelimiterSplit', delimiter });

/** BERT's words: cut at white space, punctuation on its own. */
export const bertPreTokenizer = (): PreTokenizer => ({
  preTokenize: (piece) =>
    splitText(piece, whiteSpace, 'Removed').flatMap((word) => splitText(word, punctuationFinder, 'Isolated')),
  toJSON: () => ({ type: 'BertPreTokenizer' }),
});
