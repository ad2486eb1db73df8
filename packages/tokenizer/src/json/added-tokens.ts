import type { AddedToken, Json, Model } from '../types.js';
import { checkLength } from './models/token-table.js';
import type { JsonReader } from './reader.js';

/** The `added_tokens` of a `tokenizer.json`: contents and ids are distinct and do not contradict the model's. */
export function readAddedTokens(r: JsonReader, model: Model): AddedToken[] {
  const contents = new Map<string, number>();
  const owners = new Map<number, string>();
  const tokens = Array.from(r.items(), (item) => {
    const content = item.get('content').shortString();
    const id = item.get('id').id();
    if (content === '') item.get('content').reject('is empty');
    const known = model.tokenToId(content);
    if (known !== undefined && known !== id)
      item.get('id').reject(`is ${id}, but the model gives ${JSON.stringify(content)} the id ${known}`);
    if (contents.has(content)) item.get('content').reject(`is ${JSON.stringify(content)}, which was added before`);
    const owner = owners.get(id) ?? model.idToToken(id);
    if (owner !== undefined && owner !== content)
      item.get('id').reject(`is ${id}, the id that ${JSON.stringify(owner)} has already`);
    contents.set(content, id);
    owners.set(id, content);
    const flag = (name: string, fallback: boolean) => item.get(name).or(fallback, (f) => f.boolean());
    const special = flag('special', false);
    return {
      id,
      content,
      singleWord: flag('single_word', false),
      lstrip: flag('lstrip', false),
      rstrip: flag('rstrip', false),
      normalized: flag('normalized', !special),
      special,
    };
  });
  checkLength(r, contents.keys());
  return tokens;
}

/** What `readAddedTokens` reads; options that are left out are false. */
export function addedTokenJson(token: Partial<AddedToken> & Pick<AddedToken, 'id' | 'content'>): Json {
  const {
    id,
    content,
    singleWord = false,
    lstrip = false,
    rstrip = false,
    normalized = false,
    special = false,
  } = token;
  return { id, content, single_word: singleWord, lstrip, rstrip, normalized, special };
}
