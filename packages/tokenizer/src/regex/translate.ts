import { bracket, quote, readClass, readEscape, wordItems } from './character-class.js';
import { PatternReader, type Dialect } from './pattern-reader.js';

interface Flags {
  ignoreCase: boolean;
  dotAll: boolean;
  extended: boolean;
  /** `^` and `$` hold at every line; always so in Oniguruma. */
  multiline: boolean;
}

const maxLength = 10_000;
const maxDepth = 200;
const maxRepeat = 100_000;
const textStart = '(?<![\\p{Any}])';
const textEnd = '(?![\\p{Any}])';

/**
 * The source of a JavaScript regular expression (flag `v`) with the matches that `pattern` has in its own dialect:
 * `\s` is White_Space, `(?i:)` is written out (U+017F folds to `s`), possessive quantifiers and atomic groups become
 * a look-ahead with a back reference.
 *
 * @throws SyntaxError with a sentence that quotes the pattern, where a construct has no counterpart.
 */
export function translate(pattern: string, dialect: Dialect = 'oniguruma'): string {
  const reader = new PatternReader(pattern, dialect);
  if (pattern.length > maxLength) reader.fail(`has ${pattern.length} characters, more than ${maxLength}`);
  return new Translator(reader).run();
}

class Translator {
  #atoms = 0;
  #groups = 0;
  readonly #names = new Set<string>();
  readonly #rust: boolean;

  constructor(private readonly reader: PatternReader) {
    this.#rust = reader.dialect === 'rust';
  }

  run(): string {
    const source = this.#alternatives({ ignoreCase: false, dotAll: false, extended: false, multiline: !this.#rust }, 0);
    if (this.reader.more()) this.reader.fail('has an unmatched ")"');
    return source;
  }

  #alternatives(outer: Flags, depth: number): string {
    const { reader } = this;
    if (depth > maxDepth) reader.fail(`nests deeper than ${maxDepth} groups`);
    const flags = { ...outer };
    let source = '';
    for (;;) {
      const c = reader.peek();
      if (c === '' || c === ')') return source;
      if (reader.eat('|')) {
        source += '|';
        continue;
      }
      const inline = reader.match(/\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?\)/y);
      if (inline) {
        this.#setFlags(flags, inline[1]!, inline[2] ?? '');
        // in Oniguruma an inline option takes in the alternatives that follow it
        if (!this.#rust) return `${source}(?:${this.#alternatives(flags, depth + 1)})`;
      } else if (!reader.match(/\(\?#[^)]*\)/y) && !(flags.extended && reader.match(/(?:\s|#[^\n]*)+/y)))
        source += this.#quantified(flags, depth);
    }
  }

  #setFlags(flags: Flags, on: string, off: string): void {
    const set = (letters: string, value: boolean) => {
      for (const letter of letters)
        if (letter === 'i') flags.ignoreCase = value;
        else if (letter === 'x') flags.extended = value;
        else if (letter === (this.#rust ? 's' : 'm')) flags.dotAll = value;
        else if (letter === 'm') flags.multiline = value;
        else if (letter !== 'u' || !this.#rust) this.reader.fail(`uses the option "${letter}", which is not supported`);
    };
    set(on, true);
    set(off, false);
  }

  #quantified(flags: Flags, depth: number): string {
    const { reader } = this;
    let source = this.#atom(flags, depth);
    for (;;) {
      if (flags.extended) reader.match(/\s+/y);
      const found = reader.match(/[?*+]|\{(?=\d|,\d)(\d*)(,?)(\d*)\}/y);
      if (!found) return source;
      let quantifier = found[0];
      const braces = quantifier.startsWith('{');
      if (braces) {
        const [, low = '', comma, high = ''] = found;
        const bounds = [Number(low || 0), Number(high || low || 0)] as const;
        if (bounds[1] < bounds[0]) reader.fail(`has the quantifier ${quantifier} out of order`);
        if (bounds[1] > maxRepeat) reader.fail(`repeats more than ${maxRepeat} times`);
        quantifier = `{${bounds[0]}${comma}${high}}`;
      }
      // (x+)+ takes exponential time to fail, x+ does the same in a line
      if (!braces && quantifier !== '?') {
        const twice = source.match(/^(\(\?(?::|<\w+>))\(\?:([^()]*)\)([+*])\)$/);
        if (twice && !/\\[k1-9]/.test(reader.pattern)) {
          source = `${twice[1]}${twice[2]})`;
          if (twice[3] === '*') quantifier = '*';
        }
      }
      // Ruby's syntax reads a{2}? as (a{2})? and a{1,2}+ as (a{1,2})+
      const exact = braces && !found[2] && !this.#rust;
      if (!exact && reader.eat('?')) source = `(?:${source})${quantifier}?`;
      else if ((!braces || this.#rust) && reader.eat('+')) source = this.#atomic(`(?:${source})${quantifier}`);
      else source = `(?:${source})${quantifier}`;
    }
  }

  #atomic(source: string): string {
    const name = `atomic${this.#atoms++}`;
    return `(?:(?=(?<${name}>${source}))\\k<${name}>)`;
  }

  #atom(flags: Flags, depth: number): string {
    const { reader } = this;
    const c = reader.take();
    if (c === '(') return this.#group(flags, depth);
    if (c === '[') return bracket(readClass(reader), flags.ignoreCase);
    if (c === '.') return flags.dotAll ? '[\\p{Any}]' : '[^\\n]';
    if (c === '^') return flags.multiline ? '(?<![^\\n])' : textStart;
    if (c === '$') return flags.multiline ? '(?![^\\n])' : textEnd;
    if (c === '\\') return this.#escape(flags);
    if (c === '*' || c === '+' || c === '?') reader.fail(`has nothing before "${c}"`);
    return this.#literal(c, flags);
  }

  #literal(c: string, flags: Flags): string {
    return flags.ignoreCase ? bracket({ items: quote(c), negated: false }, true) : quote(c);
  }

  #group(outer: Flags, depth: number): string {
    const reader: PatternReader = this.reader;
    const flags = { ...outer };
    let open: string;
    let atomic = false;
    if (reader.eat('?')) {
      const found = reader.match(/(?:=|!|<=|<!|>)|P?<([A-Za-z]\w*)>|([a-zA-Z]*)(?:-([a-zA-Z]+))?:/y);
      if (!found) reader.fail(`uses "(?${reader.peek()}", which is not supported`);
      const [text, name, on, off] = found;
      atomic = text === '>';
      if (name !== undefined) open = `(?<${this.#name(name)}>`;
      else if (on !== undefined) {
        this.#setFlags(flags, on, off ?? '');
        open = '(?:';
      } else open = `(?${text}`;
    } else open = `(?<${this.#name(`group${++this.#groups}`)}>`;
    const body = this.#alternatives(flags, depth + 1);
    if (!reader.eat(')')) reader.fail('has an unmatched "("');
    return atomic ? this.#atomic(body) : `${open}${body})`;
  }

  #name(name: string): string {
    if (this.#names.has(name)) this.reader.fail(`names two groups "${name}"`);
    this.#names.add(name);
    return name;
  }

  /** What a backslash means outside of a class. */
  #escape(flags: Flags): string {
    const { reader } = this;
    const reference = reader.match(/k<([A-Za-z]\w*)>|([1-9]\d?)/y);
    if (reference) {
      const name = reference[1] ?? `group${reference[2]}`;
      if (!this.#names.has(name))
        reader.fail(`refers to the group "${reference[1] ?? reference[2]}", which is not before it`);
      return `\\k<${name}>`;
    }
    if (reader.eat('A')) return textStart;
    if (reader.eat('z')) return textEnd;
    const boundary = reader.match(/[bB]/y);
    if (boundary) {
      const w = `[${wordItems(reader, false)}]`;
      const edge = `(?:(?<=${w})(?!${w})|(?<!${w})(?=${w}))`;
      return boundary[0] === 'b' ? edge : `(?!${edge})`;
    }
    if (!this.#rust) {
      if (reader.eat('Z')) return `(?=\\n?${textEnd})`;
      if (reader.eat('R')) return '(?:\\r\\n|[\\n-\\r\\x85\\u2028\\u2029])';
      if (reader.eat('N')) return '[^\\n]';
      if (reader.eat('O')) return '[\\p{Any}]';
    }
    const escaped = readEscape(reader, false);
    return typeof escaped === 'string' ? this.#literal(escaped, flags) : bracket(escaped, flags.ignoreCase);
  }
}
