import type { AlignedText } from '../../aligned-text.js';
import type { Normalizer } from '../../types.js';
import type { PatternJson } from '../read-pattern.js';
import { prepend, replaceMatches } from '../transform.js';

/** Replaces what a pattern finds by a fixed text, which stands for the last character it replaces. */
export class ReplaceNormalizer implements Normalizer {
  constructor(
    readonly pattern: PatternJson,
    readonly content: string,
  ) {}

  normalize(text: AlignedText): AlignedText {
    return replaceMatches(text, this.pattern.finder.find(text.text), this.content);
  }

  toJSON() {
    return { type: 'Replace', pattern: this.pattern.json, content: this.content };
  }
}

/** Puts a text before every text that is not empty. */
export class PrependNormalizer implements Normalizer {
  constructor(readonly text: string) {}

  normalize(text: AlignedText): AlignedText {
    return prepend(text, this.text);
  }

  toJSON() {
    return { type: 'Prepend', prepend: this.text };
  }
}
