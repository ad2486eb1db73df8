import { grown } from '../core/grown.js';

/** A priority queue of candidates: the highest count first, then the lowest `(left, right)` pair. */
export class MergeQueue {
  private items = new Int32Array(1 << 12);
  private counts = new Float64Array(1 << 12);
  private keys = new Float64Array(1 << 12);
  size = 0;

  /** The first candidate. */
  get top(): number {
    return this.items[0]!;
  }

  /** The count it was queued with. */
  get topCount(): number {
    return this.counts[0]!;
  }

  push(item: number, count: number, left: number, right: number): void {
    if (this.size === this.items.length) {
      this.items = grown(this.items, this.size + 1);
      this.counts = grown(this.counts, this.size + 1);
      this.keys = grown(this.keys, this.size + 1);
    }
    const { items, counts, keys } = this;
    const key = pairKey(left, right);
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (counts[parent]! > count || (counts[parent] === count && keys[parent]! <= key)) break;
      items[i] = items[parent]!;
      counts[i] = counts[parent]!;
      keys[i] = keys[parent]!;
      i = parent;
    }
    items[i] = item;
    counts[i] = count;
    keys[i] = key;
  }

  /** Removes the first candidate. */
  pop(): void {
    const last = --this.size;
    this.#sink(this.items[last]!, this.counts[last]!, this.keys[last]!);
  }

  /** Gives the first candidate another count. */
  requeueTop(count: number): void {
    this.#sink(this.items[0]!, count, this.keys[0]!);
  }

  #sink(item: number, count: number, key: number): void {
    const { items, counts, keys, size } = this;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size) {
        const l = counts[child]!;
        const r = counts[child + 1]!;
        if (r > l || (r === l && keys[child + 1]! < keys[child]!)) child++;
      }
      const c = counts[child]!;
      if (c < count || (c === count && keys[child]! >= key)) break;
      items[i] = items[child]!;
      counts[i] = c;
      keys[i] = keys[child]!;
      i = child;
    }
    items[i] = item;
    counts[i] = count;
    keys[i] = key;
  }
}

const pairKey = (left: number, right: number) => left * 0x4000000 + right;
