import { PatternFinder, StringFinder, type Finder } from '../regex/pattern.js';
import type { Json } from '../types.js';
import type { JsonReader } from './reader.js';

/** What to look for, as Split and Replace write it: `{ "String": " " }` or `{ "Regex": "\\s+" }`. */
export interface PatternJson {
  finder: Finder;
  json: Json;
}

/** A string to look for. */
export function stringPattern(text: string): PatternJson {
  return { finder: new StringFinder(text), json: { String: text } };
}

/** A pattern in Oniguruma's syntax to look for. */
export function regexPattern(pattern: string): PatternJson {
  return { finder: new PatternFinder(pattern), json: { Regex: pattern } };
}

export function readPattern(reader: JsonReader): PatternJson {
  if (reader.value !== null && typeof reader.value === 'object') {
    if (reader.has('String')) return stringPattern(reader.get('String').string());
    if (reader.has('Regex')) {
      const source = reader.get('Regex');
      return source.guard(() => regexPattern(source.string()));
    }
  }
  return reader.fail('{ "String": ... } or { "Regex": ... }');
}
