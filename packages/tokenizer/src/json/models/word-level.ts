import type { Model, ModelToken } from '../../types.js';
import type { JsonReader } from '../reader.js';
import { readVocabulary, TokenTable } from './token-table.js';

/** Every piece is a token or unknown. */
export class WordLevelModel implements Model {
  private readonly table: TokenTable;

  constructor(
    ids: ReadonlyMap<string, number>,
    readonly unkToken: string,
  ) {
    this.table = new TokenTable(ids);
  }

  static read(r: JsonReader): WordLevelModel {
    return new WordLevelModel(readVocabulary(r.get('vocab')), r.get('unk_token').string());
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
    const known = this.table.ids.get(piece);
    const id = known ?? this.table.ids.get(this.unkToken);
    if (id === undefined)
      throw new RangeError(
        `WordLevel: ${JSON.stringify(piece)} is not in the vocabulary, and neither is the unknown token ${JSON.stringify(this.unkToken)}`,
      );
    return [{ id, token: known === undefined ? this.unkToken : piece, start: 0, end: piece.length }];
  }

  encodeInto(piece: string, ids: number[]): void {
    for (const { id } of this.tokenize(piece)) ids.push(id);
  }

  toJSON() {
    return { type: 'WordLevel', vocab: this.table.toJSON(), unk_token: this.unkToken };
  }
}
