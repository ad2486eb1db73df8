import type { Decoder } from '../../types.js';
import type { MetaspaceOptions } from '../pre-tokenizers/metaspace.js';
import type { PatternJson } from '../read-pattern.js';

/** Joins all tokens to one. */
export const fuseDecoder: Decoder = {
  decodeChain: (tokens) => [tokens.join('')],
  toJSON: () => ({ type: 'Fuse' }),
};

/** A suffix marks the end of a word: it becomes a space, nothing at the end of the text. */
export class BpeDecoder implements Decoder {
  constructor(readonly suffix = '</w>') {}

  decodeChain(tokens: string[]): string[] {
    if (this.suffix === '') return tokens;
    return tokens.map((token, i) => token.replaceAll(this.suffix, i === tokens.length - 1 ? '' : ' '));
  }

  toJSON() {
    return { type: 'BPEDecoder', suffix: this.suffix };
  }
}

/** Makes the replacement of Metaspace spaces again; the first token loses it where one was prepended. */
export class MetaspaceDecoder implements Decoder {
  constructor(private readonly options: MetaspaceOptions) {}

  decodeChain(tokens: string[]): string[] {
    const { replacement, prepend_scheme: scheme } = this.options;
    return tokens.map((token, i) => token.replaceAll(replacement, i === 0 && scheme !== 'never' ? '' : ' '));
  }

  toJSON() {
    return { type: 'Metaspace', ...this.options };
  }
}

/** Replaces what a pattern finds in each token. */
export class ReplaceDecoder implements Decoder {
  constructor(
    readonly pattern: PatternJson,
    readonly content: string,
  ) {}

  decodeChain(tokens: string[]): string[] {
    return tokens.map((token) =>
      this.pattern.finder
        .find(token)
        .map(([start, end, match]) => (match ? this.content : token.slice(start, end)))
        .join(''),
    );
  }

  toJSON() {
    return { type: 'Replace', pattern: this.pattern.json, content: this.content };
  }
}

/** Drops up to `start` characters from the front of each token and `stop` from its end, where they are `content`. */
export class StripDecoder implements Decoder {
  constructor(
    readonly content: string,
    readonly start = 0,
    readonly stop = 0,
  ) {}

  decodeChain(tokens: string[]): string[] {
    const { content } = this;
    return tokens.map((token) => {
      let from = 0;
      let to = token.length;
      for (let n = 0; n < this.start && token.startsWith(content, from); n++) from += content.length;
      for (let n = 0; n < this.stop && to - from >= content.length && token.endsWith(content, to); n++)
        to -= content.length;
      return token.slice(from, to);
    });
  }

  toJSON() {
    return { type: 'Strip', content: this.content, start: this.start, stop: this.stop };
  }
}
