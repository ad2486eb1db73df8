import type { ModelToken } from '../../types.js';
import type { JsonReader } from '../reader.js';
import { readVocabulary, TableModel } from './token-table.js';

/** Every piece is a token or unknown. */
export class WordLevelModel extends TableModel {
  constructor(
    ids: ReadonlyMap<string, number>,
    readonly unkToken: string,
  ) {
    super(ids);
  }

  static read(r: JsonReader): WordLevelModel {
    return new WordLevelModel(readVocabulary(r.get('vocab')), r.text('unk_token'));
  }

  tokenize(piece: string): ModelToken[] {
    const known = this.ids.get(piece);
    const id = known ?? this.ids.get(this.unkToken);
    if (id === undefined)
      throw new RangeError(
        `WordLevel: ${JSON.stringify(piece)} is not in the vocabulary, and neither is the unknown token ${JSON.stringify(this.unkToken)}`,
      );
    return [{ id, token: known === undefined ? this.unkToken : piece, start: 0, end: piece.length }];
  }

  toJSON() {
    return { type: 'WordLevel', vocab: this.vocabJSON(), unk_token: this.unkToken };
  }
}
