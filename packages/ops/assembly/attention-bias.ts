import { add, at, f4, firstLanes } from './simd';
import { MASKED, SROW } from './attention-blocks';
// The bias of distances: element key - query + T - 1 of a head's row belongs to query and key. It is kept in reverse, so
// that the eight queries of a row of S read eight neighbours: element S - 1 - key + query.

export const HIDDEN: f32 = -1e15;   // a bias that hides the key
const PAD: u32 = 8;                 // blocks of 8 queries, and sums of 4 keys, reach beyond the row

/** Elements of a reversed row. */
export function reversedLength(T: u32, S: u32): u32 { return T + S + 2 * PAD; }
/** The element of a reversed row for a query and a key; that of the next query lies behind it, that of the next key before it. */
export function reversedAt(row: usize, query: u32, key: u32, S: u32): usize { return at(row, PAD + S - 1 - key + query); }

/** row = the n elements of bias in reverse, 0 beyond them. */
export function reverseBias(bias: usize, n: u32, row: usize): void {
  memory.fill(row, 0, (n + 2 * PAD) << 2);
  for (let i: u32 = 0, p = at(row, PAD + n - 1); i < n; i++, p -= 4) {
    const x = load<f32>(at(bias, i));
    store<f32>(p, x < HIDDEN ? MASKED : x);
  }
}
/** sums[n] = the elements of a reversed row in their order. */
export function unreverse(row: usize, n: u32, sums: usize): void {
  for (let i: u32 = 0, p = at(row, PAD + n - 1); i < n; i++, p -= 4) store<f32>(at(sums, i), load<f32>(p));
}

/** Adds the bias to n keys x 8 queries of S; `bias` is the reversed element of the first query and key. */
export function addBias(s: usize, n: u32, bias: usize): void {
  for (let j = n; j; j--, s += SROW, bias -= 4) {
    v128.store(s, add(v128.load(s), v128.load(bias)));
    v128.store(s, add(v128.load(s, 16), v128.load(bias, 16)), 16);
  }
}

/** Adds n keys x the first `queries` (1..8) of S to the sums of their diagonals; `sums` is as the bias of `addBias`. */
export function addDiagonals(s: usize, n: u32, queries: u32, sums: usize): void {
  const m0 = firstLanes(min(queries, 4)), m1 = firstLanes(queries > 4 ? queries - 4 : 0), z = f4(0);
  for (let j: u32 = 0; j < n; j += 4, s += 4 * SROW, sums -= 16) {
    const n1 = j + 1 < n ? i32x4.splat(-1) : z, n2 = j + 2 < n ? i32x4.splat(-1) : z, n3 = j + 3 < n ? i32x4.splat(-1) : z;
    const a0 = v128.and(m0, v128.load(s)), a1 = v128.and(m1, v128.load(s, 16));
    const b0 = v128.and(v128.and(m0, n1), v128.load(s, 128)), b1 = v128.and(v128.and(m1, n1), v128.load(s, 144));
    const c0 = v128.and(v128.and(m0, n2), v128.load(s, 256)), c1 = v128.and(v128.and(m1, n2), v128.load(s, 272));
    const d0 = v128.and(v128.and(m0, n3), v128.load(s, 384)), d1 = v128.and(v128.and(m1, n3), v128.load(s, 400));
    // the last key of the four stands first, every other one element further
    const p = sums - 12;
    v128.store(p, add(v128.load(p), add(
      add(d0, v128.shuffle<f32>(z, c0, 3, 4, 5, 6)),
      add(v128.shuffle<f32>(z, b0, 2, 3, 4, 5), v128.shuffle<f32>(z, a0, 1, 2, 3, 4)))));
    v128.store(p, add(v128.load(p, 16), add(
      add(d1, v128.shuffle<f32>(c0, c1, 3, 4, 5, 6)),
      add(v128.shuffle<f32>(b0, b1, 2, 3, 4, 5), v128.shuffle<f32>(a0, a1, 1, 2, 3, 4)))), 16);
    v128.store(p, add(v128.load(p, 32), add(
      v128.shuffle<f32>(c1, z, 3, 4, 5, 6),
      add(v128.shuffle<f32>(b1, z, 2, 3, 4, 5), v128.shuffle<f32>(a1, z, 1, 2, 3, 4)))), 32);
  }
}
