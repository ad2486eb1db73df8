import { grown } from './grown.js';

/** A binary heap of numbers with the least on top. */
export class MinHeap {
  private items = new Float64Array(1 << 10);
  private size = 0;

  push(item: number): void {
    if (this.size === this.items.length) this.items = grown(this.items, this.size + 1);
    const { items } = this;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (items[parent]! <= item) break;
      items[i] = items[parent]!;
      i = parent;
    }
    items[i] = item;
  }

  /** The least item, -1 when there is none. */
  pop(): number {
    if (this.size === 0) return -1;
    const { items } = this;
    const top = items[0]!;
    const size = --this.size;
    const last = items[size]!;
    let i = 0;
    for (let child = 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= last) break;
      items[i] = items[child]!;
      i = child;
    }
    items[i] = last;
    return top;
  }
}
