import { add, at, f4, firstLanes, fma, hmax, hsum, ld, ldTail, ldUpTo4, mul, roundUp, st, sub } from './simd';
import { logf, vexpFast } from './exp';
import { HIDDEN } from './attention-bias';
import { MASKED } from './attention-blocks';
// Attention of a single query, as in decoding: blocks of eight queries would do eight times the work. Keys and values
// are read once, from row to row.

/** s[j] = scale q . k[j] + bias[j] (0: none) for j < n, MASKED where mask (0: none) hides the key. */
function scoreRow(q: usize, k: usize, pitch: usize, n: u32, D: u32, scale: f32, mask: usize, bias: usize, s: usize): void {
  const last = n - 1;
  for (let j: u32 = 0; j < n; j += 4) {
    const k0 = k + pitch * j, k1 = k + pitch * min(j + 1, last), k2 = k + pitch * min(j + 2, last);
    const k3 = k + pitch * min(j + 3, last);
    let s0 = f4(0), s1 = f4(0), s2 = f4(0), s3 = f4(0);
    for (let d: u32 = 0; d < D; d += 4) {
      const x = ld(at(q, d));
      s0 = fma(s0, x, ld(at(k0, d))); s1 = fma(s1, x, ld(at(k1, d))); s2 = fma(s2, x, ld(at(k2, d)));
      s3 = fma(s3, x, ld(at(k3, d)));
    }
    let v = mul(f4(scale), f32x4(hsum(s0), hsum(s1), hsum(s2), hsum(s3)));
    if (bias) {
      const x = ldUpTo4(at(bias, j), n - j);
      v = v128.bitselect(f4(MASKED), add(v, x), f32x4.lt(x, f4(HIDDEN)));
    }
    if (mask) v = v128.bitselect(v, f4(MASKED), i32x4.ne(ldUpTo4(at(mask, j), n - j), i32x4.splat(0)));
    st(at(s, j), v);
  }
}
/** s = exp(s - top) in place; returns the sum. */
function expRow(s: usize, n: u32, top: f32): f32 {
  const m = f4(top);
  let total = f4(0), j: u32 = 0;
  for (; j + 4 <= n; j += 4) { const e = vexpFast(sub(ld(at(s, j)), m)); st(at(s, j), e); total = add(total, e); }
  if (j < n) {
    const e = v128.and(vexpFast(sub(ldTail(at(s, j), n - j), m)), firstLanes(n - j));
    st(at(s, j), e); total = add(total, e);
  }
  return hsum(total);
}
/** y[D] = factor * sum_j p[j] v[j], 8 columns at a time. */
function mixRows(p: usize, v: usize, pitch: usize, n: u32, D: u32, factor: f32, y: usize): void {
  const f = f4(factor);
  for (let d: u32 = 0; d < D; d += 8) {
    let a0 = f4(0), a1 = f4(0), b0 = f4(0), b1 = f4(0), row = at(v, d), j: u32 = 0;
    for (; j + 2 <= n; j += 2, row += 2 * pitch) {
      const w = v128.load_splat<f32>(at(p, j)), z = v128.load_splat<f32>(at(p, j + 1));
      a0 = fma(a0, w, ld(row)); a1 = fma(a1, w, ld(row + 16));
      b0 = fma(b0, z, ld(row + pitch)); b1 = fma(b1, z, ld(row + pitch + 16));
    }
    if (j < n) { const w = v128.load_splat<f32>(at(p, j)); a0 = fma(a0, w, ld(row)); a1 = fma(a1, w, ld(row + 16)); }
    st(at(y, d), mul(f, add(a0, b0))); st(at(y, d + 4), mul(f, add(a1, b1)));
  }
}

/** Bytes of scratch for n keys. */
export function rowScratch(n: u32): u32 { return roundUp(n, 4) << 2; }

/** One query against its first n keys, which are `pitch` bytes apart; lse receives the log of the denominator. */
export function attendRow(q: usize, k: usize, v: usize, pitch: usize, n: u32, D: u32, scale: f32, mask: usize,
    bias: usize, y: usize, lse: usize, s: usize): void {
  if (n) scoreRow(q, k, pitch, n, D, scale, mask, bias, s);
  let m4 = f4(MASKED), j: u32 = 0;
  for (; j + 4 <= n; j += 4) m4 = f32x4.max(m4, ld(at(s, j)));   // a NaN stays, where pmax would lose it
  let top = hmax(m4);
  for (; j < n; j++) top = max(top, load<f32>(at(s, j)));
  const blind = top == MASKED, sum = blind ? <f32>1 : expRow(s, n, top);
  mixRows(s, v, pitch, blind ? 0 : n, D, 1 / sum, y);
  store<f32>(lse, blind ? 0 : top + logf(sum));
}
