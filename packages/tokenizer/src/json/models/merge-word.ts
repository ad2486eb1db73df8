/** A merge that may be done: what comes first in the order of ranks, then of places. */
interface Candidate {
  rank: number;
  at: number;
  id: number;
}

const before = (a: Candidate, b: Candidate) => a.rank < b.rank || (a.rank === b.rank && a.at < b.at);

/** A binary heap with the best candidate on top. */
class Heap {
  private readonly items: Candidate[] = [];

  push(candidate: Candidate): void {
    const { items } = this;
    let i = items.length;
    for (; i > 0; i = (i - 1) >> 1) {
      const parent = items[(i - 1) >> 1]!;
      if (before(parent, candidate)) break;
      items[i] = parent;
    }
    items[i] = candidate;
  }

  pop(): Candidate | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (!top || !last || items.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (before(last, items[child]!)) break;
      items[i] = items[child]!;
      i = child;
    }
    items[i] = last;
    return top;
  }
}

/** One symbol of a word: a token and how many bytes of the word it stands for. */
export interface Symbol {
  id: number;
  length: number;
}

/** What two ids merge to: `[rank, id]`. */
export type MergeOf = (left: number, right: number) => readonly [rank: number, id: number] | undefined;

/**
 * Merges the symbols of a word, lowest rank first and leftmost among equals.
 *
 * @param skip Draws whether a merge is left out this time (BPE dropout, Provilkov 2020).
 */
export function mergeWord(symbols: readonly Symbol[], mergeOf: MergeOf, skip: (() => boolean) | null = null): Symbol[] {
  const word = symbols.map((symbol, i) => ({ ...symbol, previous: i - 1, next: i + 1 < symbols.length ? i + 1 : -1 }));
  const heap = new Heap();
  const offer = (at: number) => {
    const left = word[at];
    const right = left && word[left.next];
    const merge = right && mergeOf(left.id, right.id);
    if (merge) heap.push({ rank: merge[0], at, id: merge[1] });
  };
  word.forEach((_, at) => offer(at));
  const skipped: Candidate[] = [];
  for (let top = heap.pop(); top; top = heap.pop()) {
    if (skip?.()) {
      skipped.push(top);
      continue;
    }
    for (const candidate of skipped.splice(0)) heap.push(candidate);
    const left = word[top.at]!;
    const right = word[left.next];
    // a stale candidate: one of its symbols is gone or has grown
    if (left.length < 0 || !right || mergeOf(left.id, right.id)?.[1] !== top.id) continue;
    left.id = top.id;
    left.length += right.length;
    right.length = -1;
    left.next = right.next;
    const next = word[right.next];
    if (next) next.previous = top.at;
    offer(left.previous);
    offer(top.at);
  }
  return word.filter(({ length }) => length >= 0).map(({ id, length }) => ({ id, length }));
}
