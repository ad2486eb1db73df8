/** Finds the strings of a set that begin at a place of a text, shortest first, in time linear in the longest. */
export class Trie {
  private readonly values: number[] = [-1];
  private keys: Float64Array;
  private nodes: Int32Array;
  private used = 0;

  constructor(entries: Iterable<readonly [string, number]>, expected = 1024) {
    let capacity = 1024;
    while (capacity < expected * 4) capacity *= 2;
    this.keys = new Float64Array(capacity).fill(-1);
    this.nodes = new Int32Array(capacity);
    for (const [text, value] of entries) this.add(text, value);
  }

  /** Adds a string; a later value replaces an earlier one. */
  private add(text: string, value: number): void {
    let node = 0;
    for (let i = 0; i < text.length; i++) {
      const key = node * 65536 + text.charCodeAt(i);
      let slot = this.slot(key);
      if (this.keys[slot] === -1) {
        if (++this.used * 2 > this.keys.length) {
          this.grow();
          slot = this.slot(key);
        }
        this.keys[slot] = key;
        this.nodes[slot] = this.values.length;
        this.values.push(-1);
      }
      node = this.nodes[slot]!;
    }
    this.values[node] = value;
  }

  private slot(key: number): number {
    const mask = this.keys.length - 1;
    const node = Math.floor(key / 65536);
    let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(key & 0xffff, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    while (this.keys[slot] !== key && this.keys[slot] !== -1) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { keys, nodes } = this;
    this.keys = new Float64Array(keys.length * 2).fill(-1);
    this.nodes = new Int32Array(keys.length * 2);
    keys.forEach((key, i) => {
      if (key === -1) return;
      const slot = this.slot(key);
      this.keys[slot] = key;
      this.nodes[slot] = nodes[i]!;
    });
  }

  /** Calls `found(end, value)` for every string of the set that is `text.slice(start, end)`. */
  prefixes(text: string, start: number, found: (end: number, value: number) => void): void {
    let node = 0;
    for (let i = start; i < text.length; i++) {
      const slot = this.slot(node * 65536 + text.charCodeAt(i));
      if (this.keys[slot] === -1) return;
      node = this.nodes[slot]!;
      const value = this.values[node]!;
      if (value >= 0) found(i + 1, value);
    }
  }

  /** The longest of them as `[end, value]`, `null` if there is none. */
  longest(text: string, start: number): [number, number] | null {
    let best: [number, number] | null = null;
    this.prefixes(text, start, (end, value) => (best = [end, value]));
    return best;
  }
}
