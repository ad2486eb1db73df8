import { PairTable } from '../../core/pair-table.js';

/** Finds the strings of a set that begin at a place of a text, code point by code point. */
export class Trie {
  /** (node, code point) to the next node. */
  readonly #nodes = new PairTable(1 << 12);
  /** What the string that leads to a node stands for, -1 for nothing. */
  readonly values: number[] = [-1];

  /** @param entries strings with numbers that are not negative; a later one replaces an earlier one */
  constructor(entries: Iterable<readonly [string, number]>) {
    for (const [text, value] of entries) {
      let node = 0;
      for (const c of text) {
        const point = c.codePointAt(0)!;
        let next = this.step(node, point);
        if (next < 0) this.#nodes.set(node, point, (next = this.values.push(-1) - 1));
        node = next;
      }
      this.values[node] = value;
    }
  }

  /** The node that a code point leads to, -1 for none. */
  step(node: number, point: number): number {
    return this.#nodes.get(node, point);
  }

  /** Calls `found(end, value)` for every string of the set that is `text.slice(start, end)`, shortest first. */
  prefixes(text: string, start: number, found: (end: number, value: number) => void): void {
    for (let i = start, node = 0; i < text.length;) {
      const point = text.codePointAt(i)!;
      node = this.step(node, point);
      if (node < 0) return;
      i += point > 0xffff ? 2 : 1;
      if (this.values[node]! >= 0) found(i, this.values[node]!);
    }
  }
}
