import type { RankQueue } from './rank-queue.js';

/** Higher than every rank: the pair does not merge. */
export const NEVER = 0x7fffffff;

/**
 * Merges `ids[0, n)` in place, lowest rank first and leftmost among equals: a linked list of tokens, and a queue of the
 * places where a merge may happen. Linear but for sorting the places of one rank. Returns how many ids are left.
 *
 * @param rank the rank of a pair, `NEVER` if it does not merge
 * @param merged the id that a merge of a rank gives
 */
export function mergeLong(
  ids: Int32Array,
  n: number,
  queue: RankQueue,
  rank: (a: number, b: number) => number,
  merged: (rank: number) => number,
): number {
  const next = new Int32Array(n);
  const previous = new Int32Array(n);
  const ranks = new Int32Array(n).fill(NEVER);
  for (let i = n - 1; i >= 0; i--) {
    next[i] = i + 1;
    previous[i] = i - 1;
    if (i + 1 === n) continue;
    const r = rank(ids[i]!, ids[i + 1]!);
    ranks[i] = r;
    if (r !== NEVER) queue.push(r, i);
  }
  for (let r = queue.lowest(); r >= 0; r = queue.lowest()) {
    const places = queue.take(r);
    const id = merged(r);
    for (let p = 0; p < places.length; p++) {
      const i = places[p]!;
      if (ranks[i] !== r) continue;
      let lower = false;
      const j = next[i]!;
      const k = next[j]!;
      ids[i] = id;
      ranks[i] = ranks[j] = NEVER;
      next[i] = k;
      if (k < n) {
        previous[k] = i;
        const right = rank(id, ids[k]!);
        ranks[i] = right;
        if (right !== NEVER) queue.push(right, i);
        lower = right < r;
      }
      const h = previous[i]!;
      if (h >= 0) {
        const left = rank(ids[h]!, id);
        ranks[h] = left;
        if (left !== NEVER) queue.push(left, h);
        lower ||= left < r;
      }
      if (!lower) continue;
      // a better merge came up: the rest of this rank waits
      for (let rest = places.length - 1; rest > p; rest--) queue.push(r, places[rest]!);
      break;
    }
  }
  let left = 0;
  for (let i = 0; i < n; i = next[i]!) ids[left++] = ids[i]!;
  return left;
}
