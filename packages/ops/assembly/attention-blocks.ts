import { add, at, f4, fma, ldUpTo4, mul } from './simd';
import { streamWords } from './dropout';
// Building blocks of the attention kernels. A block of scores is kept TRANSPOSED, S[key][query]: the softmax runs along
// lanes without horizontal sums, keys and values are read in place, and S is the packed left operand of S^T V. Products take four
// steps a turn, with a way out after each, as the tile of gemm.ts does.
export const BQ: u32 = 32;          // queries per block
export const BK: u32 = 64;          // keys per block
export const SROW: u32 = 128;       // bytes of one row of S
export const WORDS: u32 = BK + 32;  // random words that cover one row of keys, whatever the alignment
export const MASKED: f32 = -3e38;   // score of a key that a query does not see
export const FAR: i32 = 1 << 29;     // a reach beyond all keys

/**
 * out[key][8 queries] = sum_d rows[key][d] * t[d][8 queries], keys 0..n; at most `valid` rows are readable. The ways out are never
 * taken: q is a multiple of 4.
 */
export function scores(rows: usize, rs: usize, valid: u32, t: usize, D: u32, out: usize, n: u32): void {
  const last = valid - 1;
  for (let j: u32 = 0; j < n; j += 4, out += 4 * SROW) {
    let p0 = rows + rs * j, p1 = rows + rs * min(j + 1, last), p2 = rows + rs * min(j + 2, last);
    let p3 = rows + rs * min(j + 3, last), q = t;
    let c00 = f4(0), c01 = f4(0), c10 = f4(0), c11 = f4(0), c20 = f4(0), c21 = f4(0), c30 = f4(0), c31 = f4(0);
    let b0: v128, b1: v128, a: v128;
    for (const end = at(q, 8 * D); q != end; q += 128) {
      b0 = v128.load(q); b1 = v128.load(q, 16);
      a = v128.load_splat<f32>(p0); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
      a = v128.load_splat<f32>(p1); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
      a = v128.load_splat<f32>(p2); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
      a = v128.load_splat<f32>(p3); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
      if (q == 1) break;
      b0 = v128.load(q, 32); b1 = v128.load(q, 48);
      a = v128.load_splat<f32>(p0, 4); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
      a = v128.load_splat<f32>(p1, 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
      a = v128.load_splat<f32>(p2, 4); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
      a = v128.load_splat<f32>(p3, 4); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
      if (q == 2) break;
      b0 = v128.load(q, 64); b1 = v128.load(q, 80);
      a = v128.load_splat<f32>(p0, 8); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
      a = v128.load_splat<f32>(p1, 8); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
      a = v128.load_splat<f32>(p2, 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
      a = v128.load_splat<f32>(p3, 8); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
      if (q == 3) break;
      b0 = v128.load(q, 96); b1 = v128.load(q, 112);
      a = v128.load_splat<f32>(p0, 12); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
      a = v128.load_splat<f32>(p1, 12); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
      a = v128.load_splat<f32>(p2, 12); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
      a = v128.load_splat<f32>(p3, 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
      p0 += 16; p1 += 16; p2 += 16; p3 += 16;
    }
    v128.store(out, c00); v128.store(out, c01, 16);
    v128.store(out, c10, 128); v128.store(out, c11, 144);
    v128.store(out, c20, 256); v128.store(out, c21, 272);
    v128.store(out, c30, 384); v128.store(out, c31, 400);
  }
}

/** c[4][8] += sum of s[k][4] * b[k][8] over n > 0 steps k; s rows are SROW bytes apart, b rows bs, c rows cs. */
// @ts-ignore: decorator
@inline function tile(s: usize, b: usize, bs: usize, n: u32, c: usize, cs: usize): void {
  let c00 = v128.load(c), c01 = v128.load(c, 16), c10 = v128.load(c + cs), c11 = v128.load(c + cs, 16);
  let c20 = v128.load(c + 2 * cs), c21 = v128.load(c + 2 * cs, 16), c30 = v128.load(c + 3 * cs);
  let c31 = v128.load(c + 3 * cs, 16);
  let b0: v128, b1: v128, a: v128;
  const end = s + n * SROW;
  for (;;) {
    b0 = v128.load(b); b1 = v128.load(b, 16);
    a = v128.load_splat<f32>(s); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(s, 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(s, 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(s, 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    s += SROW; b += bs; if (s == end) break;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    a = v128.load_splat<f32>(s); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(s, 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(s, 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(s, 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    s += SROW; b += bs; if (s == end) break;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    a = v128.load_splat<f32>(s); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(s, 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(s, 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(s, 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    s += SROW; b += bs; if (s == end) break;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    a = v128.load_splat<f32>(s); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(s, 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(s, 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(s, 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    s += SROW; b += bs; if (s == end) break;
  }
  v128.store(c, c00); v128.store(c, c01, 16); v128.store(c + cs, c10); v128.store(c + cs, c11, 16);
  v128.store(c + 2 * cs, c20); v128.store(c + 2 * cs, c21, 16); v128.store(c + 3 * cs, c30);
  v128.store(c + 3 * cs, c31, 16);
}
/** acc[8 queries][D] += S^T B: sum over n keys of s[key][query] * b[key][d]; rows of b are bs bytes apart. */
export function accumulate(s: usize, b: usize, bs: usize, n: u32, acc: usize, D: u32): void {
  const cs = (D as usize) << 2;
  for (let d: u32 = 0; d < D; d += 8)
    for (let q: u32 = 0; q < 8; q += 4) tile(at(s, q), at(b, d), bs, n, at(acc, d) + q * cs, cs);
}

// @ts-ignore: decorator
@inline function addTo(c: usize, lo: v128, hi: v128): void {
  v128.store(c, add(v128.load(c), lo)); v128.store(c, add(v128.load(c, 16), hi), 16);
}
/** c[h <= 4][8] += sum of s[r][q] * b[q][8] over n > 0 steps q, r = 0..3 along the rows of S. */
// @ts-ignore: decorator
@inline function tileT(s: usize, b: usize, bs: usize, n: u32, c: usize, cs: usize, h: u32): void {
  let c00 = f4(0), c01 = f4(0), c10 = f4(0), c11 = f4(0), c20 = f4(0), c21 = f4(0), c30 = f4(0), c31 = f4(0);
  let b0: v128, b1: v128, a: v128;
  const end = at(s, n);
  for (;;) {
    b0 = v128.load(b); b1 = v128.load(b, 16);
    a = v128.load_splat<f32>(s); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(s, 128); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(s, 256); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(s, 384); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    s += 4; b += bs; if (s == end) break;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    a = v128.load_splat<f32>(s); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(s, 128); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(s, 256); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(s, 384); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    s += 4; b += bs; if (s == end) break;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    a = v128.load_splat<f32>(s); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(s, 128); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(s, 256); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(s, 384); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    s += 4; b += bs; if (s == end) break;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    a = v128.load_splat<f32>(s); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(s, 128); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(s, 256); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(s, 384); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    s += 4; b += bs; if (s == end) break;
  }
  addTo(c, c00, c01);
  if (h > 1) addTo(c + cs, c10, c11);
  if (h > 2) addTo(c + 2 * cs, c20, c21);
  if (h > 3) addTo(c + 3 * cs, c30, c31);
}
/** c[h <= 4 keys][D] += S B: sum over n queries of s[key][query] * b[query][d], the product for dK and dV. */
export function accumulateT(s: usize, b: usize, bs: usize, n: u32, c: usize, cs: usize, D: u32, h: u32): void {
  for (let d: u32 = 0; d < D; d += 8) tileT(s, at(b, d), bs, n, at(c, d), cs, h);
}

/** t[sub][d][8] = rows[sub*8 + i][d] * scale, missing rows zero. */
export function transpose8(rows: usize, rs: usize, n: u32, D: u32, t: usize, scale: f32): void {
  const S = f4(scale), z = f4(0);
  for (let i: u32 = 0; i < n; i += 8, t = at(t, D * 8))
    for (let g: u32 = 0; g < 8; g += 4)
      for (let d: u32 = 0; d < D; d += 4) {
        const r = i + g, p = at(rows + rs * r, d);
        const a = r < n ? v128.load(p) : z, b = r + 1 < n ? v128.load(p + rs) : z;
        const c = r + 2 < n ? v128.load(p + 2 * rs) : z, e = r + 3 < n ? v128.load(p + 3 * rs) : z;
        const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        const ce0 = v128.shuffle<f32>(c, e, 0, 4, 1, 5), ce1 = v128.shuffle<f32>(c, e, 2, 6, 3, 7);
        const o = at(t, d * 8 + g);
        v128.store(o, mul(S, v128.shuffle<f64>(ab0, ce0, 0, 2)));
        v128.store(o, mul(S, v128.shuffle<f64>(ab0, ce0, 1, 3)), 32);
        v128.store(o, mul(S, v128.shuffle<f64>(ab1, ce1, 0, 2)), 64);
        v128.store(o, mul(S, v128.shuffle<f64>(ab1, ce1, 1, 3)), 96);
      }
}

/** The first key that a query at `position` sees `before` places before its own. */
// @ts-ignore: decorator
@inline export function firstNear(position: i32, before: i32): u32 { return max(0, position - before) as u32; }
/** The key behind the last of S that a query at `position` sees `after` places after its own. */
// @ts-ignore: decorator
@inline export function afterNear(position: i32, after: i32, S: u32): u32 {
  return max(0, min(S as i32, position + after + 1)) as u32;
}
/** How many of the S keys are open to every query of text b. */
// @ts-ignore: decorator
@inline export function openKeys(prefix: usize, b: u32, S: u32): u32 {
  return prefix ? max(0, min(S as i32, load<i32>(at(prefix, b)))) as u32 : 0;
}
/** The first key from k on that is open or not before `near`. */
// @ts-ignore: decorator
@inline export function nextKey(k: u32, open: u32, near: u32): u32 { return k < open ? k : max(k, near); }

/** The index of a key, or one beyond the last key of every query where the mask (0: none) hides it. */
// @ts-ignore: decorator
@inline function keyLane(key: u32, mask: usize): v128 {
  return i32x4.splat(mask && !load<u32>(at(mask, key)) ? 0x7fffffff : key);
}
/**
 * How many of the n keys from k0 on are seen by each of 8 queries from `position` on, which see keys from `before` places
 * before theirs to `after` places after it; `hides` is not 0 where a mask or segments may hide any of them.
 */
export function freeKeys(n: u32, k0: u32, position: i32, before: i32, after: i32, hides: usize): u32 {
  return hides || (k0 as i32) < position + 7 - before ? 0 : max(0, min(n as i32, position + after + 1 - k0 as i32)) as u32;
}
/** Whether one of nq queries from q0 on has the segment of one of n keys from k0 on; all have it where there are no segments. */
export function meet(segments: usize, q0: u32, nq: u32, k0: u32, n: u32): bool {
  if (!segments) return true;
  for (let i = q0; i < q0 + nq; i++) {
    const own = load<u32>(at(segments, i));
    for (let j = k0; j < k0 + n; j++) if (load<u32>(at(segments, j)) == own) return true;
  }
  return false;
}
/**
 * Gives unseen keys of the rows [from, n) of S the value `hidden`. With segments [T] (0: none) the 8 queries from q0 on see
 * only keys of their own.
 */
export function hideKeys(s: usize, from: u32, n: u32, k0: u32, position: i32, before: i32, after: i32, mask: usize,
    segments: usize, q0: u32, T: u32, hidden: f32): void {
  const more = segments ? T - q0 : 0, o0 = ldUpTo4(at(segments, q0), more), o1 = ldUpTo4(at(segments, q0 + 4), more - 4);
  const h = f4(hidden), p0 = i32x4.add(i32x4.splat(position), i32x4(0, 1, 2, 3)), p1 = i32x4.add(p0, i32x4.splat(4));
  const b = i32x4.splat(before), f0 = i32x4.sub(p0, b), f1 = i32x4.sub(p1, b);
  const a = i32x4.splat(after), l0 = i32x4.add(p0, a), l1 = i32x4.add(p1, a);
  for (let j = from, p = s + from * SROW; j < n; j++, p += SROW) {
    const key = keyLane(k0 + j, mask);
    let h0 = v128.or(i32x4.gt_s(key, l0), i32x4.lt_s(key, f0)), h1 = v128.or(i32x4.gt_s(key, l1), i32x4.lt_s(key, f1));
    if (segments) {
      const other = v128.load_splat<u32>(at(segments, k0 + j));
      h0 = v128.or(h0, i32x4.ne(other, o0)); h1 = v128.or(h1, i32x4.ne(other, o1));
    }
    v128.store(p, v128.bitselect(h, v128.load(p), h0));
    v128.store(p, v128.bitselect(h, v128.load(p, 16), h1), 16);
  }
}

/**
 * Dropout on n keys x up to 8 queries of S in place: weight (row, key) is element row * S + key of the call's stream.
 * row0 is the number of the first query among all rows of [batch, head, seq].
 */
export function dropBlock(s: usize, n: u32, row0: u64, queries: u32, S: u32, k0: u32, threshold: u32, keep: f32,
    stream: usize, words: usize): void {
  for (let i: u32 = 0; i < queries; i++, s += 4) {
    const element = (row0 + i) * S + k0, phase = (element & 3) as u32, block = (element >> 2) as u32;
    for (let w: u32 = 0; w < phase + n; w += 16) streamWords(at(words, w), block + (w >> 2), stream);
    for (let j: u32 = 0, p = s; j < n; j++, p += SROW)
      store<f32>(p, load<u32>(at(words, phase + j)) >= threshold ? load<f32>(p) * keep : 0);
  }
}
