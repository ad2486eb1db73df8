import type { PairTable } from '../../core/pair-table.js';

/** The symbols of a word: ids, and how many bytes of the word each stands for. */
export interface Word {
  ids: Int32Array;
  lengths: Int32Array;
}

/** Merges by rank: the rank of a pair of ids, and the id that each rank makes. */
export interface MergeTable {
  ranks: PairTable;
  results: Int32Array;
}

const places = 2 ** 28;

/** A binary heap of numbers with the least on top. */
class Heap {
  private size = 0;

  constructor(private items: Float64Array) {}

  push(item: number): void {
    if (this.size === this.items.length) {
      const more = new Float64Array(this.size * 2 + 16);
      more.set(this.items);
      this.items = more;
    }
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
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= last) break;
      items[i] = items[child]!;
      i = child;
    }
    items[i] = last;
    return top;
  }
}

/**
 * Merges the symbols of a word, lowest rank first and leftmost among equals.
 *
 * @param skip Draws whether a merge is left out this time (BPE dropout, Provilkov 2020).
 */
export function mergeWord(word: Word, { ranks, results }: MergeTable, skip: (() => boolean) | null = null): Word {
  const { ids, lengths } = word;
  const count = ids.length;
  const next = Int32Array.from(ids, (_, i) => i + 1);
  const previous = Int32Array.from(ids, (_, i) => i - 1);
  const heap = new Heap(new Float64Array(count + 16));
  const offer = (at: number) => {
    if (at < 0 || next[at]! >= count) return;
    const rank = ranks.get(ids[at]!, ids[next[at]!]!);
    if (rank >= 0) heap.push(rank * places + at);
  };
  for (let at = 0; at < count; at++) offer(at);
  const skipped: number[] = [];
  let left = count;
  for (let top = heap.pop(); top >= 0; top = heap.pop()) {
    if (skip?.()) {
      skipped.push(top);
      continue;
    }
    for (const candidate of skipped.splice(0)) heap.push(candidate);
    const at = top % places;
    const right = next[at]!;
    // a stale candidate: one of its symbols is gone or has grown
    if (lengths[at]! < 0 || right >= count) continue;
    const rank = ranks.get(ids[at]!, ids[right]!);
    const result = results[Math.floor(top / places)]!;
    if (rank < 0 || results[rank] !== result) continue;
    ids[at] = result;
    lengths[at]! += lengths[right]!;
    lengths[right] = -1;
    next[at] = next[right]!;
    if (next[at]! < count) previous[next[at]!] = at;
    left--;
    offer(previous[at]!);
    offer(at);
  }
  const merged = { ids: new Int32Array(left), lengths: new Int32Array(left) };
  for (let at = 0, to = 0; at < count; at++) {
    if (lengths[at]! < 0) continue;
    merged.ids[to] = ids[at]!;
    merged.lengths[to++] = lengths[at]!;
  }
  return merged;
}
