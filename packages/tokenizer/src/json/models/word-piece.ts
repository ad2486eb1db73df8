import type { ModelToken } from '../../types.js';
import { maxTokenLength, type JsonReader } from '../reader.js';
import { readVocabulary, TableModel } from './token-table.js';
import { Trie } from './trie.js';

/** The options of WordPiece, as a `tokenizer.json` spells them. */
export type WordPieceOptions = {
  unk_token: string;
  /** Begins every token that does not begin a word. */
  continuing_subword_prefix: string;
  /** Longer words are unknown. */
  max_input_chars_per_word: number;
};

/** Longest token first, from the left; a word that does not come out whole is unknown. */
export class WordPieceModel extends TableModel {
  readonly #first: Trie;
  readonly #rest: Trie;

  constructor(
    ids: ReadonlyMap<string, number>,
    private readonly options: WordPieceOptions,
  ) {
    super(ids);
    const { continuing_subword_prefix: prefix } = options;
    this.#first = new Trie(ids);
    this.#rest = new Trie(
      [...ids].filter(([token]) => token.startsWith(prefix)).map(([token, id]) => [token.slice(prefix.length), id]),
    );
  }

  static read(r: JsonReader): WordPieceModel {
    return new WordPieceModel(readVocabulary(r.get('vocab'), maxTokenLength), {
      unk_token: r.text('unk_token'),
      continuing_subword_prefix: r.text('continuing_subword_prefix'),
      max_input_chars_per_word: r.get('max_input_chars_per_word').integer(),
    });
  }

  tokenize(piece: string): ModelToken[] {
    const { unk_token: unkToken, max_input_chars_per_word: most } = this.options;
    const tokens: ModelToken[] = [];
    let known = piece.length <= most || [...piece].length <= most;
    for (let start = 0; known && start < piece.length;) {
      let end = -1;
      let id = -1;
      (start === 0 ? this.#first : this.#rest).prefixes(piece, start, (...longer) => ([end, id] = longer));
      known = end >= 0;
      if (known) tokens.push({ id, token: this.idToToken(id)!, start, end });
      start = end;
    }
    if (known) return tokens;
    const id = this.ids.get(unkToken);
    if (id === undefined)
      throw new RangeError(
        `WordPiece: ${JSON.stringify(piece.slice(0, 100))} is no sequence of tokens, and the unknown token ${JSON.stringify(unkToken)} is not in the vocabulary`,
      );
    return [{ id, token: unkToken, start: 0, end: piece.length }];
  }

  toJSON() {
    return { type: 'WordPiece', ...this.options, vocab: this.vocabJSON() };
  }
}
