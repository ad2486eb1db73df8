/** Higher than every rank: the pair does not merge. */
export const NEVER = 0x7fffffff;

const POSITIONS = 2 ** 31;

/**
 * Merges `ids[0, n)` in place, lowest rank first and leftmost among equals, in O(n log n): a linked list of tokens and
 * a heap of `rank * 2^31 + position`. Returns how many ids are left.
 *
 * @param rank the rank of a pair, `NEVER` if it does not merge
 * @param merged the id that a merge of a rank gives
 */
export function mergeLong(
  ids: Int32Array,
  n: number,
  rank: (a: number, b: number) => number,
  merged: (rank: number) => number,
): number {
  const next = new Int32Array(n);
  const previous = new Int32Array(n);
  const ranks = new Int32Array(n).fill(NEVER);
  const heap = new MinHeap(n);
  const consider = (i: number, j: number) => {
    const r = rank(ids[i]!, ids[j]!);
    ranks[i] = r;
    if (r !== NEVER) heap.push(r * POSITIONS + i);
  };
  for (let i = 0; i < n; i++) {
    next[i] = i + 1;
    previous[i] = i - 1;
    if (i + 1 < n) consider(i, i + 1);
  }
  while (heap.size > 0) {
    const key = heap.pop();
    const r = Math.floor(key / POSITIONS);
    const i = key - r * POSITIONS;
    if (ranks[i] !== r) continue;
    const j = next[i]!;
    const k = next[j]!;
    ids[i] = merged(r);
    ranks[i] = ranks[j] = NEVER;
    next[i] = k;
    if (k < n) {
      previous[k] = i;
      consider(i, k);
    }
    if (previous[i]! >= 0) consider(previous[i]!, i);
  }
  let left = 0;
  for (let i = 0; i < n; i = next[i]!) ids[left++] = ids[i]!;
  return left;
}

class MinHeap {
  private keys: Float64Array;
  size = 0;

  constructor(capacity: number) {
    this.keys = new Float64Array(capacity * 2 + 8);
  }

  push(key: number): void {
    if (this.size === this.keys.length) {
      const keys = new Float64Array(this.size * 2);
      keys.set(this.keys);
      this.keys = keys;
    }
    const { keys } = this;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[i] = keys[parent]!;
      i = parent;
    }
    keys[i] = key;
  }

  pop(): number {
    const { keys } = this;
    const top = keys[0]!;
    const key = keys[--this.size]!;
    const n = this.size;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      if (child + 1 < n && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[i] = keys[child]!;
      i = child;
    }
    keys[i] = key;
    return top;
  }
}
