import type { Json } from '../types.js';

/** Ids are indices of tables; no vocabulary comes near this size. */
export const maxId = 2 ** 24 - 1;

/** Longest token that a trie takes: matching costs as much at every place of a text. */
export const maxTokenLength = 1024;

/** Characters of all tokens of a vocabulary together; the largest in use have a quarter of it. */
export const maxVocabularyLength = 2 ** 23;

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value !== null && typeof value === 'object') return 'an object';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
};

/** A value inside a `tokenizer.json` that knows its path; every question about it throws a sentence when the answer is no. */
export class JsonReader {
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  fail(expected: string): never {
    throw new TypeError(`tokenizer.json: ${this.path} must be ${expected}, found ${shown(this.value)}`);
  }

  /** Says what is wrong with a value whose kind is right. */
  reject(problem: string): never {
    throw new RangeError(`tokenizer.json: ${this.path} ${problem}`);
  }

  get isNull(): boolean {
    return this.value === null || this.value === undefined;
  }

  private object(): Record<string, unknown> {
    if (this.value === null || typeof this.value !== 'object' || Array.isArray(this.value)) this.fail('an object');
    return this.value as Record<string, unknown>;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.object(), key);
  }

  get(key: string): JsonReader {
    const object = this.object();
    const path = /^[A-Za-z_]\w*$/.test(key) ? `${this.path}.${key}` : `${this.path}[${JSON.stringify(key)}]`;
    return new JsonReader(Object.hasOwn(object, key) ? object[key] : undefined, path);
  }

  // one at a time: a hostile list may have millions
  *entries(): Generator<[string, JsonReader]> {
    for (const key of Object.keys(this.object())) yield [key, this.get(key)];
  }

  *items(): Generator<JsonReader> {
    if (!Array.isArray(this.value)) this.fail('a list');
    const list = this.value as unknown[];
    for (let i = 0; i < list.length; i++) yield new JsonReader(list[i], `${this.path}[${i}]`);
  }

  string(): string {
    if (typeof this.value !== 'string') this.fail('a string');
    if (/\p{Surrogate}/u.test(this.value)) this.fail('a string without lone surrogates');
    return this.value;
  }

  /** A string of one character. */
  character(): string {
    const text = this.string();
    if ([...text].length !== 1) this.fail('one character');
    return text;
  }

  /** A token that a trie can take. */
  shortString(): string {
    const text = this.string();
    if (text.length > maxTokenLength) this.fail(`at most ${maxTokenLength} characters`);
    return text;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') this.fail('true or false');
    return this.value;
  }

  /** The boolean under a key; `fallback`, if there is one, where it is null or missing. */
  flag<F = never>(key: string, fallback?: F): boolean | F {
    const flag = this.get(key);
    return flag.isNull && fallback !== undefined ? fallback : flag.boolean();
  }

  /** The string under a key. */
  text(key: string): string {
    return this.get(key).string();
  }

  /** The items of the list under a key, each through `read`. */
  list<T>(key: string, read: (item: JsonReader) => T): T[] {
    return Array.from(this.get(key).items(), read);
  }

  number(): number {
    if (typeof this.value !== 'number' || !Number.isFinite(this.value)) this.fail('a number');
    return this.value;
  }

  /** An integer of `0..max`. */
  integer(max = Number.MAX_SAFE_INTEGER): number {
    const value = this.value;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max)
      this.fail(`an integer from 0 to ${max}`);
    return value;
  }

  id(): number {
    return this.integer(maxId);
  }

  oneOf<T extends string>(names: readonly T[]): T {
    if (!names.includes(this.value as T)) this.fail(`one of ${names.join(', ')}`);
    return this.value as T;
  }

  /** `read(this)`, or `fallback` where the value is null or missing. */
  or<F, T>(fallback: F, read: (reader: JsonReader) => T): F | T {
    return this.isNull ? fallback : read(this);
  }

  /** Runs `build`, whose sentence is completed with the path. */
  guard<T>(build: () => T): T {
    try {
      return build();
    } catch (cause) {
      throw new RangeError(`tokenizer.json: ${this.path}: ${(cause as Error).message}`, { cause });
    }
  }
}

/** An object in JSON, without a prototype's names in the way. */
export function jsonObject(entries: Iterable<readonly [string, Json]>): Json {
  return Object.fromEntries(entries);
}
