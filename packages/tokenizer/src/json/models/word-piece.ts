import type { Model, ModelToken } from '../../types.js';
import { maxTokenLength, type JsonReader } from '../reader.js';
import { readVocabulary, TokenTable } from './token-table.js';
import { Trie } from './trie.js';

export interface WordPieceOptions {
  /** @default '[UNK]' */
  unkToken?: string;
  /** Begins every token that does not begin a word. @default '##' */
  continuingSubwordPrefix?: string;
  /** Longer words are unknown. @default 100 */
  maxInputCharsPerWord?: number;
}

/** Longest token first, from the left; a word that does not come out whole is unknown. */
export class WordPieceModel implements Model {
  private readonly table: TokenTable;
  private readonly first: Trie;
  private readonly rest: Trie;
  private readonly options: Required<WordPieceOptions>;

  constructor(
    ids: ReadonlyMap<string, number>,
    { unkToken = '[UNK]', continuingSubwordPrefix = '##', maxInputCharsPerWord = 100 }: WordPieceOptions = {},
  ) {
    this.options = { unkToken, continuingSubwordPrefix, maxInputCharsPerWord };
    this.table = new TokenTable(ids);
    this.first = new Trie(ids, ids.size);
    this.rest = new Trie(
      [...ids]
        .filter(([token]) => token.startsWith(continuingSubwordPrefix))
        .map(([token, id]) => [token.slice(continuingSubwordPrefix.length), id]),
    );
  }

  static read(r: JsonReader): WordPieceModel {
    return new WordPieceModel(readVocabulary(r.get('vocab'), maxTokenLength), {
      unkToken: r.get('unk_token').string(),
      continuingSubwordPrefix: r.get('continuing_subword_prefix').string(),
      maxInputCharsPerWord: r.get('max_input_chars_per_word').integer(),
    });
  }

  get vocabSize(): number {
    return this.table.size;
  }

  tokenToId(token: string): number | undefined {
    return this.table.ids.get(token);
  }

  idToToken(id: number): string | undefined {
    return this.table.token(id);
  }

  vocab(): Iterable<[string, number]> {
    return this.table.ids;
  }

  tokenize(piece: string): ModelToken[] {
    const { unkToken, maxInputCharsPerWord } = this.options;
    const tokens: ModelToken[] = [];
    let known = piece.length <= maxInputCharsPerWord || [...piece].length <= maxInputCharsPerWord;
    for (let start = 0; known && start < piece.length;) {
      const found = (start === 0 ? this.first : this.rest).longest(piece, start);
      if (!found) known = false;
      else {
        const [end, id] = found;
        tokens.push({ id, token: this.table.token(id)!, start, end });
        start = end;
      }
    }
    if (known) return tokens;
    const id = this.table.ids.get(unkToken);
    if (id === undefined)
      throw new RangeError(
        `WordPiece: ${JSON.stringify(piece.slice(0, 100))} is no sequence of tokens, and the unknown token ${JSON.stringify(unkToken)} is not in the vocabulary`,
      );
    return [{ id, token: unkToken, start: 0, end: piece.length }];
  }

  encodeInto(piece: string, ids: number[]): void {
    for (const { id } of this.tokenize(piece)) ids.push(id);
  }

  toJSON() {
    const { unkToken, continuingSubwordPrefix, maxInputCharsPerWord } = this.options;
    return {
      type: 'WordPiece',
      unk_token: unkToken,
      continuing_subword_prefix: continuingSubwordPrefix,
      max_input_chars_per_word: maxInputCharsPerWord,
      vocab: this.table.toJSON(),
    };
  }
}
