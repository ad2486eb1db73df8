import type { Decoder } from '../../types.js';

/** Takes back the spaces of English punctuation and contractions. */
export function cleanUp(text: string): string {
  return text
    .replaceAll(' .', '.')
    .replaceAll(' ?', '?')
    .replaceAll(' !', '!')
    .replaceAll(' ,', ',')
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(' do not', " don't")
    .replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve")
    .replaceAll(" 're", "'re");
}

/** Words with spaces between them; tokens with the prefix go on with a word. */
export class WordPieceDecoder implements Decoder {
  constructor(
    readonly prefix = '##',
    readonly cleanup = true,
  ) {}

  decodeChain(tokens: string[]): string[] {
    return tokens.map((token, i) => {
      let text = token;
      if (i > 0) text = token.startsWith(this.prefix) ? token.slice(this.prefix.length) : ` ${token}`;
      return this.cleanup ? cleanUp(text) : text;
    });
  }

  toJSON() {
    return { type: 'WordPiece', prefix: this.prefix, cleanup: this.cleanup };
  }
}

/** The output of a speech model: repeated tokens once, padding dropped, delimiters become spaces. */
export class CtcDecoder implements Decoder {
  constructor(
    readonly padToken = '<pad>',
    readonly wordDelimiterToken = '|',
    readonly cleanup = true,
  ) {}

  decodeChain(tokens: string[]): string[] {
    return tokens
      .filter((token, i) => i === 0 || token !== tokens[i - 1])
      .map((token) => {
        const text = this.padToken ? token.replaceAll(this.padToken, '') : token;
        return this.cleanup ? cleanUp(text).replaceAll(this.wordDelimiterToken, ' ') : text;
      })
      .filter((text) => text !== '');
  }

  toJSON() {
    return {
      type: 'CTC',
      pad_token: this.padToken,
      word_delimiter_token: this.wordDelimiterToken,
      cleanup: this.cleanup,
    };
  }
}
