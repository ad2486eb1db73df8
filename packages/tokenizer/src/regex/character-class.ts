import { otherCases } from './case-folding.js';
import type { PatternReader } from './pattern-reader.js';
import { posixClasses, propertyItems } from './properties.js';

/** Items of a JavaScript character class (flag `v`, without the brackets). */
export interface CharacterSet {
  items: string;
  negated: boolean;
}

/** Quotes a character so that it stands for itself, inside and outside of a class. */
export function quote(c: string): string {
  if (/[\p{L}\p{N} _'"]/u.test(c)) return c;
  if (/[$^\\.*+?()[\]{}|/\-]/.test(c)) return `\\${c}`;
  return `\\u{${c.codePointAt(0)!.toString(16)}}`;
}

/** A set in brackets; where case is ignored with the other cases of its members. */
export function bracket({ items, negated }: CharacterSet, ignoreCase: boolean): string {
  const more = ignoreCase ? otherCases(items).map(quote).join('') : '';
  return `[${negated ? '^' : ''}${items}${more}]`;
}

const controls = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['f', '\f'],
  ['v', '\v'],
  ['a', '\x07'],
  ['e', '\x1b'],
  ['0', '\0'],
]);

/** The members of `\w`: Rust counts the joiners in; Oniguruma, outside of a class, Latin-1's superscripts and fractions. */
export function wordItems(reader: PatternReader, inClass: boolean): string {
  const more = reader.dialect === 'rust' ? '\\p{Join_Control}' : inClass ? '' : '\\xb2\\xb3\\xb9\\xbc-\\xbe';
  return `${posixClasses.get('word')!}${more}`;
}

/** Reads what follows a backslash and may stand in a class: a set, or one character. */
export function readEscape(reader: PatternReader, inClass: boolean): CharacterSet | string {
  const hex = reader.match(/x\{([0-9A-Fa-f]{1,8})\}|x([0-9A-Fa-f]{2})|u\{([0-9A-Fa-f]{1,8})\}|u([0-9A-Fa-f]{4})/y);
  if (hex) {
    const digits = hex.slice(1).find((group) => group !== undefined)!;
    const cp = parseInt(digits, 16);
    if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000)) reader.fail(`names U+${digits}, which is no character`);
    return String.fromCodePoint(cp);
  }
  const property = reader.match(/([pP])(?:\{(\^?)([^}]*)\}|([A-Z]))/y);
  if (property) {
    const name = property[3] ?? property[4]!;
    const items = propertyItems(name);
    if (items === null) reader.fail(`names the property "${name}", which does not exist`);
    return { items, negated: (property[1] === 'P') !== (property[2] === '^') };
  }
  const c = reader.take();
  const negated = c !== c.toLowerCase();
  switch (c.toLowerCase()) {
    case 's':
      return { items: '\\p{White_Space}', negated };
    case 'd':
      return { items: '\\p{Nd}', negated };
    case 'w':
      return { items: wordItems(reader, inClass), negated };
    case 'h':
      if (reader.dialect === 'oniguruma') return { items: '0-9a-fA-F', negated };
  }
  const control = controls.get(c);
  if (control !== undefined) return control;
  if (/[A-Za-z0-9]/.test(c)) reader.fail(`uses \\${c}, which is not supported`);
  return c;
}

/** Reads a class after its `[`, nested classes and intersections included. */
export function readClass(reader: PatternReader, depth = 0): CharacterSet {
  if (depth > 50) reader.fail('nests classes deeper than 50');
  const negated = reader.eat('^');
  const operands: string[] = [];
  let items = '';
  for (let first = true; ; first = false) {
    if (!reader.more()) reader.fail('has an unmatched "["');
    if (reader.eat(']')) {
      if (!first) break;
      items += '\\]';
      continue;
    }
    if (reader.eat('&&')) {
      operands.push(items);
      items = '';
      continue;
    }
    const posix = reader.match(/\[:(\^?)([a-z]+):\]/y);
    if (posix) {
      const members = posixClasses.get(posix[2]!);
      if (members === undefined) reader.fail(`names the class [:${posix[2]}:], which does not exist`);
      items += posix[1] ? `[^${members}]` : members;
      continue;
    }
    if (reader.eat('[')) {
      items += bracket(readClass(reader, depth + 1), false);
      continue;
    }
    const low = reader.eat('\\') ? readEscape(reader, true) : reader.take();
    if (typeof low !== 'string') {
      items += low.negated ? bracket(low, false) : low.items;
      continue;
    }
    const high = reader.match(/-(?!\]|\[|&&)/y) ? (reader.eat('\\') ? readEscape(reader, true) : reader.take()) : null;
    if (high === null) items += quote(low);
    else if (typeof high !== 'string') items += `${quote(low)}\\-${bracket(high, false)}`;
    else if (high.codePointAt(0)! < low.codePointAt(0)!) reader.fail(`has the range ${low}-${high} out of order`);
    else items += `${quote(low)}-${quote(high)}`;
  }
  if (operands.length > 0) items = [...operands, items].map((operand) => `[${operand}]`).join('&&');
  return { items: operands.length > 0 ? `[${items}]` : items, negated };
}
