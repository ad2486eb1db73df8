import type { Merger } from './merger.js';
import { MinHeap } from './min-heap.js';

/** Higher than every rank: the pair does not merge. */
export const NEVER = 0x7fffffff;

/** Symbols merged at a time: what they need stays in the nearest memory, however long the piece is. */
const WINDOW = 1024;

/** Symbols at the end of a window that the next one merges again, having seen what follows them. */
const OVERLAP = 64;

/** More places than any piece has. */
const PLACES = 2 ** 28;

/**
 * Merges long pieces window by window, in time that grows as their length does.
 *
 * A cut into tokens is the right one if every two neighbours, as a text of their own, come out as they are: a merge
 * across their border would have happened there as well. So two windows may be joined at any token they share.
 */
export class LongMerge {
  // the tokens of a window: a linked list by the place of their first symbol, each with the rank of it and the next
  private ids = new Int32Array(0);
  private next = new Int32Array(0);
  private previous = new Int32Array(0);
  private ranks = new Int32Array(0);
  private length = 0;
  /** Merges that may happen: `rank * PLACES + place`. */
  private readonly heap = new MinHeap();

  constructor(private readonly merger: Merger) {}

  /** Merges the first `n` of the merger's ids in place; returns how many tokens there are. */
  merge(n: number, skip: (() => boolean) | null): number {
    const symbols = this.merger.ids.slice(0, n);
    const count = skip ? 0 : this.mergeByWindows(symbols);
    if (count > 0) return count;
    this.mergeWindow(symbols, 0, n, skip);
    return this.write(0, 0, 0);
  }

  /** Returns 0 where two windows have no token in common. */
  private mergeByWindows(symbols: Int32Array): number {
    const { ids, places } = this.merger;
    let count = 0;
    let shared = 0;
    for (let from = 0, to = 0; to < symbols.length; from = places[shared]!) {
      to = Math.min(symbols.length, from + WINDOW);
      this.mergeWindow(symbols, from, to, null);
      let i = 0;
      while (shared < count && !(places[shared] === from + i && ids[shared] === this.ids[i]))
        if (i === this.length || places[shared]! < from + i) shared++;
        else i = this.next[i]!;
      if (shared === count && count > 0) return 0;
      count = this.write(i, from, shared);
      const first = shared;
      for (shared = count - 2; places[shared]! > to - OVERLAP;) shared--;
      // the next window must begin further on
      if (to < symbols.length && shared <= first) return 0;
    }
    return count;
  }

  /** Writes the tokens of the window from its place `i` on as the `count`-th and following; returns how many there are. */
  private write(i: number, from: number, count: number): number {
    const { ids, places } = this.merger;
    for (; i < this.length; i = this.next[i]!) {
      ids[count] = this.ids[i]!;
      places[count++] = from + i;
    }
    places[count] = from + this.length;
    return count;
  }

  private mergeWindow(symbols: Int32Array, from: number, to: number, skip: (() => boolean) | null): void {
    const { merger, heap } = this;
    const n = (this.length = to - from);
    if (n > this.ids.length || this.ids.length > WINDOW) this.allocate(Math.max(n, WINDOW));
    const { ids, next, previous, ranks } = this;
    for (let i = 0; i < n; i++) {
      ids[i] = symbols[from + i]!;
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    const offer = (i: number) => {
      const j = next[i]!;
      ranks[i] = j < n ? merger.rank(ids[i]!, ids[j]!, from + i, from + next[j]!) : NEVER;
      if (ranks[i] !== NEVER) heap.push(ranks[i]! * PLACES + i);
    };
    for (let i = 0; i < n; i++) offer(i);
    const skipped: number[] = [];
    for (let least = heap.pop(); least >= 0; least = heap.pop()) {
      if (skip !== null) {
        if (skip()) {
          skipped.push(least);
          continue;
        }
        for (const merge of skipped.splice(0)) heap.push(merge);
      }
      const rank = Math.floor(least / PLACES);
      const i = least - rank * PLACES;
      // one of the two tokens is another by now
      if (ranks[i] !== rank) continue;
      const j = next[i]!;
      ids[i] = merger.merged(rank);
      ranks[j] = NEVER;
      next[i] = next[j]!;
      if (next[i]! < n) previous[next[i]!] = i;
      offer(i);
      if (i > 0) offer(previous[i]!);
    }
  }

  private allocate(n: number): void {
    this.ids = new Int32Array(n);
    this.next = new Int32Array(n);
    this.previous = new Int32Array(n);
    this.ranks = new Int32Array(n);
  }
}
