import { otherCases } from "./case-folding.js";
import { posixClasses, propertyItems } from "./properties.js";

/** Whose rules a pattern follows: Oniguruma's (Ruby syntax, what `tokenizers` uses) or those of Rust's `regex`. */
export type Dialect = "oniguruma" | "rust";

interface Flags {
  ignoreCase: boolean;
  dotAll: boolean;
  extended: boolean;
  multiline: boolean;
}

const word = {
  oniguruma: posixClasses.get("word")!,
  rust: `${posixClasses.get("word")!}\\p{Join_Control}`,
};
const escapes: Record<string, string> = {
  n: "\\n",
  t: "\\t",
  r: "\\r",
  f: "\\f",
  v: "\\v",
  a: "\\x07",
  e: "\\x1b",
};
const maxDepth = 200;

/** Quotes a character for a `v` pattern, inside and outside of a class. */
function quote(c: string): string {
  if (/[\p{L}\p{N} _]/u.test(c)) return c;
  return c.charCodeAt(0) < 128 &&
    !/[\x00-\x1f\x7f]/.test(c) &&
    /[!-/:-@[-`{-~]/.test(c)
    ? /[$^\\.*+?()[\]{}|/\-&!#%,:;<=>@`~]/.test(c)
      ? `\\${c}`
      : c
    : `\\u{${c.codePointAt(0)!.toString(16)}}`;
}

/**
 * Translates a pattern into the source of a JavaScript regular expression for the flag `v`, with the same matches:
 * `\s` is White_Space, `(?i:)` is written out (U+017F folds to `s`), possessive quantifiers and atomic groups become
 * look-aheads with a back reference. Throws a sentence where a construct has no counterpart.
 */
export function translate(
  pattern: string,
  dialect: Dialect = "oniguruma",
): string {
  return new Translator(pattern, dialect).run();
}

class Translator {
  private at = 0;
  private atoms = 0;
  private groups = 0;
  private readonly names = new Set<string>();

  constructor(
    private readonly pattern: string,
    private readonly dialect: Dialect,
  ) {}

  run(): string {
    const flags = {
      ignoreCase: false,
      dotAll: false,
      extended: false,
      multiline: this.dialect === "oniguruma",
    };
    const source = this.alternatives(flags, 0);
    if (this.at < this.pattern.length) this.fail('has an unmatched ")"');
    return source;
  }

  private fail(what: string): never {
    throw new SyntaxError(
      `pattern ${JSON.stringify(this.pattern)} ${what} (at ${this.at})`,
    );
  }

  private peek(): string {
    return this.pattern[this.at] ?? "";
  }

  private eat(text: string): boolean {
    if (!this.pattern.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** The next whole character. */
  private take(): string {
    const cp = this.pattern.codePointAt(this.at);
    if (cp === undefined) this.fail("ends too early");
    const c = String.fromCodePoint(cp);
    this.at += c.length;
    return c;
  }

  private match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.pattern);
    if (found) this.at += found[0].length;
    return found;
  }

  private alternatives(flags: Flags, depth: number): string {
    if (depth > maxDepth) this.fail(`nests deeper than ${maxDepth} groups`);
    const scope = { ...flags };
    let out = "";
    for (;;) {
      const c = this.peek();
      if (c === "" || c === ")") return out;
      if (c === "|") {
        this.at++;
        out += "|";
        continue;
      }
      const inline = this.match(/\(\?([a-z]*)(?:-([a-z]+))?\)/y);
      if (inline) {
        this.setFlags(scope, inline[1]!, inline[2] ?? "");
        // in Oniguruma an inline option takes in the alternatives that follow it
        if (this.dialect === "oniguruma")
          return `${out}(?:${this.alternatives(scope, depth + 1)})`;
        continue;
      }
      out += this.quantified(scope, depth);
    }
  }

  private setFlags(flags: Flags, on: string, off: string): void {
    for (const [letters, value] of [
      [on, true],
      [off, false],
    ] as const)
      for (const letter of letters) {
        if (letter === "i") flags.ignoreCase = value;
        else if (letter === "x") flags.extended = value;
        else if (letter === (this.dialect === "rust" ? "s" : "m"))
          flags.dotAll = value;
        else if (letter === "m") flags.multiline = value;
        else if (letter !== "u" || this.dialect !== "rust")
          this.fail(`uses the option "${letter}", which is not supported`);
      }
  }

  private quantified(flags: Flags, depth: number): string {
    if (flags.extended && this.match(/(?:\s|#[^\n]*)+/y)) return "";
    if (this.match(/\(\?#[^)]*\)/y)) return "";
    let atom = this.atom(flags, depth);
    for (;;) {
      if (flags.extended) this.match(/\s+/y);
      const found = this.match(/[?*+]|\{(\d*)(,?)(\d*)\}/y);
      if (!found) return atom;
      let quantifier = found[0];
      const [, low = "", comma, high = ""] = found;
      if (quantifier.startsWith("{")) {
        if (low === "" && high === "")
          this.fail(`has the quantifier ${quantifier} without a number`);
        quantifier = `{${low || "0"}${comma}${high}}`;
        if (high && Number(high) < Number(low || "0"))
          this.fail(`has the quantifier ${quantifier} out of order`);
      }
      if (this.eat("?")) atom = `${atom}${quantifier}?`;
      else if (
        (!quantifier.startsWith("{") || this.dialect === "rust") &&
        this.eat("+")
      )
        atom = this.atomic(`${atom}${quantifier}`);
      else atom = `${atom}${quantifier}`;
      atom = `(?:${atom})`;
    }
  }

  private atomic(source: string): string {
    const name = `atom${this.atoms++}`;
    return `(?:(?=(?<${name}>${source}))\\k<${name}>)`;
  }

  private atom(flags: Flags, depth: number): string {
    const c = this.take();
    if (c === "(") return this.group(flags, depth);
    if (c === "[") return this.closed(this.classItems(flags, depth), flags);
    if (c === ".") return flags.dotAll ? "[\\p{Any}]" : "[^\\n]";
    if (c === "^") return flags.multiline ? "(?<![^\\n])" : "(?<![\\p{Any}])";
    if (c === "$") return flags.multiline ? "(?![^\\n])" : "(?![\\p{Any}])";
    if (c === "\\") return this.escape(flags);
    if ("*+?".includes(c)) this.fail(`has nothing before "${c}"`);
    return this.literal(c, flags);
  }

  private literal(c: string, flags: Flags): string {
    return flags.ignoreCase ? this.closed(quote(c), flags) : quote(c);
  }

  /** A class from its items, with the other cases where case is ignored. */
  private closed(items: string, flags: Flags, negated = false): string {
    let all = items;
    if (flags.ignoreCase) all += otherCases(`[${items}]`).map(quote).join("");
    return `[${negated ? "^" : ""}${all}]`;
  }

  private group(flags: Flags, depth: number): string {
    const inner = { ...flags };
    let open = "";
    let atomic = false;
    if (this.eat("?")) {
      const found = this.match(
        /:|=|!|<=|<!|>|P?<([A-Za-z_]\w*)>|([a-z]*)(?:-([a-z]+))?:/y,
      );
      if (!found) this.fail(`uses "(?${this.peek()}", which is not supported`);
      const [text, name, on, off] = found;
      if (text === ">") atomic = true;
      else if (name !== undefined) open = this.named(name);
      else if (on !== undefined) {
        this.setFlags(inner, on, off ?? "");
        open = "?:";
      } else open = `?${text}`;
    } else {
      this.groups++;
      open = "?:";
    }
    const body = this.alternatives(inner, depth + 1);
    if (!this.eat(")")) this.fail('has an unmatched "("');
    if (atomic) return this.atomic(body);
    return open.startsWith("?<") && !"=!".includes(open[2]!)
      ? `(${open}${body})`
      : `(${open}${body})`;
  }

  private named(name: string): string {
    if (this.names.has(name) || /^atom\d+$/.test(name))
      this.fail(`names two groups "${name}"`);
    this.names.add(name);
    return `?<${name}>`;
  }

  /** What follows a backslash outside of a class. */
  private escape(flags: Flags): string {
    const next = this.peek();
    const onig = this.dialect === "oniguruma";
    if (next === "k" && this.match(/k<([A-Za-z_]\w*)>/y)) {
      const name = /<(\w+)>/.exec(
        this.pattern.slice(this.pattern.lastIndexOf("\\k<", this.at), this.at),
      )![1]!;
      if (!this.names.has(name))
        this.fail(`refers to a group "${name}" that is not before it`);
      return `\\k<${name}>`;
    }
    if (/[1-9]/.test(next))
      this.fail(`uses the back reference \\${next}, which is not supported`);
    if (next === "A") return this.skip("(?<![\\p{Any}])");
    if (next === "z") return this.skip("(?![\\p{Any}])");
    if (next === "Z" && onig)
      return this.skip(
        "(?!\\n?[\\p{Any}])(?!(?!\\n)[\\p{Any}])".replace(
          /^.*$/,
          "(?=\\n?(?![\\p{Any}]))",
        ),
      );
    if (next === "b" || next === "B") {
      const w = `[${word[this.dialect]}]`;
      const edge = `(?:(?<=${w})(?!${w})|(?<!${w})(?=${w}))`;
      return this.skip(next === "b" ? edge : `(?!${edge})`);
    }
    if (next === "R" && onig)
      return this.skip("(?:\\r\\n|[\\n-\\r\\x85\\u2028\\u2029])");
    if (onig && /[GKXNOyYg]/.test(next))
      this.fail(`uses \\${next}, which is not supported`);
    const items = this.classEscape();
    if (items.set) return this.closed(items.source, flags, items.negated);
    return this.literal(items.source, flags);
  }

  private skip(source: string): string {
    this.at++;
    return source;
  }

  /** An escape that may stand in a class: items of a class, or one character. */
  private classEscape(): { set: boolean; source: string; negated: boolean } {
    const set = (source: string, negated: boolean) => ({
      set: true,
      source,
      negated,
    });
    const one = (source: string) => ({ set: false, source, negated: false });
    const hex =
      this.match(/x\{([0-9A-Fa-f]{1,8})\}/y) ??
      this.match(/x([0-9A-Fa-f]{1,2})/y) ??
      this.match(/u\{([0-9A-Fa-f]{1,6})\}/y) ??
      this.match(/u([0-9A-Fa-f]{4})/y);
    if (hex) {
      const cp = parseInt(hex[1]!, 16);
      if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
        this.fail(`names U+${hex[1]}, which is no character`);
      return one(String.fromCodePoint(cp));
    }
    const property = this.match(/([pP])(?:\{(\^?)([^}]*)\}|([A-Z]))/y);
    if (property) {
      const [, letter, caret, long, short] = property;
      const items = propertyItems(long ?? short!);
      if (items === null)
        this.fail(
          `names the property "${long ?? short}", which does not exist`,
        );
      return set(items, (letter === "P") !== (caret === "^"));
    }
    const c = this.take();
    const lower = c.toLowerCase();
    if (lower === "s") return set("\\p{White_Space}", c === "S");
    if (lower === "d") return set("\\p{Nd}", c === "D");
    if (lower === "w") return set(word[this.dialect], c === "W");
    if (lower === "h" && this.dialect === "oniguruma")
      return set("0-9a-fA-F", c === "H");
    if (c in escapes && Object.hasOwn(escapes, c))
      return one(new Function(`return "${escapes[c]}"`)() as string);
    if (c === "0") return one("\0");
    if (/[A-Za-z0-9]/.test(c)) this.fail(`uses \\${c}, which is not supported`);
    return one(c);
  }
}
