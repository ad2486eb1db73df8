import type { Json, Model, ModelToken } from '../../types.js';
import { maxVocabularyLength, type JsonReader } from '../reader.js';

/** A model whose tokens are in a table, by string and by id. */
export abstract class TableModel implements Model {
  readonly #tokens: (string | undefined)[] = [];

  constructor(protected readonly ids: ReadonlyMap<string, number>) {
    for (const [token, id] of ids) this.#tokens[id] = token;
  }

  get vocabSize(): number {
    return this.ids.size;
  }

  tokenToId(token: string): number | undefined {
    return this.ids.get(token);
  }

  idToToken(id: number): string | undefined {
    return this.#tokens[id];
  }

  vocab(): Iterable<[string, number]> {
    return this.ids;
  }

  abstract tokenize(piece: string): ModelToken[];

  encodeInto(piece: string, ids: number[]): void {
    for (const { id } of this.tokenize(piece)) ids.push(id);
  }

  abstract toJSON(): Json;

  /** `{ token: id }` in the order of the ids. */
  protected vocabJSON(): { [token: string]: number } {
    return Object.fromEntries([...this.ids].sort((a, b) => a[1] - b[1]));
  }
}

/** Throws where the tokens of a vocabulary are longer together than any that is in use. */
export function checkLength(reader: JsonReader, tokens: Iterable<string>): void {
  let length = 0;
  for (const token of tokens)
    if ((length += token.length) > maxVocabularyLength)
      reader.reject(`has tokens of more than ${maxVocabularyLength} characters together`);
}

/**
 * Reads `{ token: id }`; ids are distinct.
 *
 * @param longest No token may have more characters.
 */
export function readVocabulary(reader: JsonReader, longest = Infinity): Map<string, number> {
  const ids = new Map<string, number>();
  const taken = new Map<number, string>();
  checkLength(reader, Object.keys(Object(reader.value)));
  for (const [token, value] of reader.entries()) {
    if (/\p{Surrogate}/u.test(token)) value.reject('has a token with a lone surrogate');
    if (token.length > longest) value.reject(`has a token of ${token.length} characters, more than ${longest}`);
    const id = value.id();
    const other = taken.get(id);
    if (other !== undefined) value.reject(`is ${id}, the id that ${JSON.stringify(other)} has already`);
    taken.set(id, token);
    ids.set(token, id);
  }
  return ids;
}
