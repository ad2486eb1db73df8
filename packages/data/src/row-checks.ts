import type { JsonObject } from './json-object.js';
import { originOf } from './row-origin.js';
import type { Message } from './rows.js';

/** A field as text or as turns, checked. */
export type Turns = string | Message[];

/** Checks one row; what it throws begins with where the row is. */
export class RowChecker {
  constructor(
    readonly row: JsonObject,
    index: number,
    name: string,
  ) {
    this.where = originOf(row) ?? `${name}, row ${index + 1}`;
  }

  readonly where: string;

  fail(what: string): never {
    throw new TypeError(`${this.where}: ${what}`);
  }

  has(field: string): boolean {
    return this.row[field] !== undefined && this.row[field] !== null;
  }

  isTurns(field: string): boolean {
    return Array.isArray(this.row[field]);
  }

  /** A field that is text, or a list of messages with at least one; `empty` says whether '' will do. */
  turns(field: string, { empty = false }: { empty?: boolean } = {}): Turns {
    const value = this.row[field];
    if (typeof value === 'string') return value === '' && !empty ? this.fail(`${field} is empty`) : value;
    return this.messages(field);
  }

  messages(field: string): Message[] {
    const value = this.row[field];
    if (!Array.isArray(value)) this.fail(`${field} must be a text or a list of messages, found ${kind(value)}`);
    if (value.length === 0) this.fail(`${field} is empty`);
    value.forEach((message: Partial<Message> | null, i) => {
      if (typeof message?.role !== 'string' || typeof message.content !== 'string')
        this.fail(`${field}[${i}] must have a role and a content, both text`);
    });
    return value as Message[];
  }

  /** Fields of one row are all text or all messages. */
  sameKind(fields: readonly string[]): void {
    const [first, ...rest] = fields;
    const other = rest.find((field) => this.isTurns(field) !== this.isTurns(first!));
    if (other !== undefined)
      this.fail(`${first} is ${kind(this.row[first!])}, but ${other} is ${kind(this.row[other])}`);
  }
}

export const kind = (value: unknown): string =>
  value === undefined || value === null
    ? 'nothing'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'string'
        ? 'text'
        : `a ${typeof value}`;

/** Refuses rows of more than one format; `formatOf` names a row's format. */
export function sameFormat(found: { where: string; format: string }[]): void {
  const odd = found.find(({ format }) => format !== found[0]!.format);
  if (odd)
    throw new TypeError(
      `${odd.where}: is ${odd.format}, but the rows before are ${found[0]!.format}; one file holds one format`,
    );
}
