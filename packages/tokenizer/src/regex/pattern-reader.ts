/** Whose rules a pattern follows: Oniguruma's (Ruby syntax, what `tokenizers` uses) or those of Rust's `regex`. */
export type Dialect = 'oniguruma' | 'rust';

/** A place in a pattern. */
export class PatternReader {
  #at = 0;

  constructor(
    readonly pattern: string,
    readonly dialect: Dialect,
  ) {}

  fail(what: string): never {
    const shown = this.pattern.length > 200 ? `${this.pattern.slice(0, 200)}...` : this.pattern;
    throw new SyntaxError(`the pattern ${JSON.stringify(shown)} ${what} (at ${this.#at})`);
  }

  more(): boolean {
    return this.#at < this.pattern.length;
  }

  peek(): string {
    return this.pattern[this.#at] ?? '';
  }

  /** Goes past `text` if it comes next. */
  eat(text: string): boolean {
    if (!this.pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** The next whole character. */
  take(): string {
    const cp = this.pattern.codePointAt(this.#at);
    if (cp === undefined) this.fail('ends too early');
    const c = String.fromCodePoint(cp);
    this.#at += c.length;
    return c;
  }

  /** Goes past what a sticky expression matches here. */
  match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.pattern);
    if (found) this.#at += found[0].length;
    return found;
  }
}
