import { add, at, f4, fma, hmax, ld, ldTail, ldUpTo4, mul, st, sub, sums } from './simd';
// Few rows times an int8 weight, as in decoding: the codes are multiplied as integers where they lie, scales are applied to
// sums. Three rows of the weight are read at a time, far apart as in rowDots; more run out of registers.
//
// Codes are bytes u = code + 127, and 16 of them eight pairs r = u0 + 256 u1. Two elements of x are written as
//   x0 = unit (h0 + y / 65536)   x1 = unit (h1 + y / 256)
// with 16-bit integers h0, h1 and y, so that u0 x0 + u1 x1 = unit (u0 h0 + u1 h1 + r y / 65536): y = 256 a + b has eight more
// bits of x0 in a, eight more of x1 in b, and what a adds to x1 comes off h1. So x has 24 bits beside its largest element, as
// float32, for three products of 16 bits where bytes on their own took four.

const BLOCK: u32 = 128;                  // groups of 16 elements: 128 * 4 products of 127 * 32767 a lane are below 2^31
const TOP: f32 = 32600;                  // h of the largest element, from which up to 127 may come off
const ROUND: f32 = 12582912;             // 1.5 * 2^23: what is added to it is rounded, an integer in its low bits

// @ts-ignore: decorator
@inline function groups(K: u32): u32 { return (K + 15) >> 4; }
/**
 * Bytes of a row of x: two constants, for V8 would make them anew in the loop; h0, h1 and y of a group; after each block of
 * groups the lanes' sums of 127 h, which may wrap around as those of u h do; at the end those of 129 y, since r - 32768 is
 * what is multiplied, being signed.
 */
// @ts-ignore: decorator
@inline function layoutBytes(K: u32): u32 { return 48 * groups(K) + ((groups(K) + BLOCK - 1) / BLOCK << 4) + 48; }

/** Bytes of scratch of int8Rows. */
export function int8Scratch(M: u32, K: u32): u32 { return M * (16 + layoutBytes(K)) + 48 * groups(K); }

/** s + products of 16-bit integers, added up by twos. */
// @ts-ignore: decorator
@inline function product(s: v128, a: v128, b: v128): v128 { return i32x4.add(s, i32x4.dot_i16x8_s(a, b)); }
// @ts-ignore: decorator
@inline function rounded(v: v128): v128 { return sub(add(v, f4(ROUND)), f4(ROUND)); }
/** Whole numbers as 16-bit integers. */
// @ts-ignore: decorator
@inline function integers(a: v128, b: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.sub(add(a, f4(ROUND)), f4(ROUND)), i32x4.sub(add(b, f4(ROUND)), f4(ROUND)));
}
/** b: 256 times what rounding to `whole` left of x1. */
// @ts-ignore: decorator
@inline function low(x1: v128, whole: v128): v128 { return rounded(mul(sub(x1, whole), f4(256))); }
/** a: 256 times what rounding to `whole` and b leave of x0, such that y fits. */
// @ts-ignore: decorator
@inline function high(x0: v128, whole: v128, b: v128): v128 {
  const a = rounded(sub(mul(sub(x0, whole), f4(256)), mul(b, f4(1 / <f32>256))));
  return f32x4.pmax(f32x4.pmin(a, f4(127)), f4(-127));
}

/** Lays out x; returns unit, or 0 where all of x are tiny or one is huge or not a number. */
function layOut(x: usize, K: u32, o: usize): f32 {
  const K4 = K & ~3, r = K - K4;
  let most = f4(0), fine = i32x4.splat(-1);
  for (let k: u32 = 0; k < K; k += 4) {
    const size = f32x4.abs(k < K4 ? ld(at(x, k)) : ldTail(at(x, k), r));
    most = f32x4.pmax(most, size); fine = v128.and(fine, f32x4.lt(size, f4(1e30)));
  }
  const top = hmax(most);
  if (!i32x4.all_true(fine) || top < 1e-30) return 0;
  st(o, i16x8.splat(255)); st(o + 16, i16x8.splat(-32768));
  const F = f4(TOP / top);
  let more = f4(0);
  o += 32;
  for (let m = groups(K), n: i32 = K; m; o += 16) {
    const some = min(m, BLOCK);
    let s = i32x4.splat(0);
    for (let g = some; g; g--, n -= 16, x += 64, o += 48) {
      const p = mul(ldUpTo4(x, n), F), q = mul(ldUpTo4(x + 16, n - 4), F);
      const v = mul(ldUpTo4(x + 32, n - 8), F), w = mul(ldUpTo4(x + 48, n - 12), F);
      const x0 = v128.shuffle<f32>(p, q, 0, 2, 4, 6), z0 = v128.shuffle<f32>(v, w, 0, 2, 4, 6);
      const x1 = v128.shuffle<f32>(p, q, 1, 3, 5, 7), z1 = v128.shuffle<f32>(v, w, 1, 3, 5, 7);
      const c0 = rounded(x0), d0 = rounded(z0), c1 = rounded(x1), d1 = rounded(z1);
      const b = low(x1, c1), e = low(z1, d1), a = high(x0, c0, b), i = high(z0, d0, e);
      const h0 = integers(c0, d0), h1 = integers(sub(c1, a), sub(d1, i)), y = integers(fma(b, a, f4(256)), fma(e, i, f4(256)));
      st(o, h0); st(o + 16, h1); st(o + 32, y);
      s = product(product(s, h0, i16x8.splat(127)), h1, i16x8.splat(127));
      more = add(more, f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(y, i16x8.splat(129))));
    }
    st(o, s);
    m -= some;
  }
  st(o, more);
  return top / TOP;
}

/** f + the products of r - 32768, whose sums by twos are already as large as integers can be. */
// @ts-ignore: decorator
@inline function pairs(f: v128, r: v128, y: v128): v128 { return add(f, f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(r, y))); }
// @ts-ignore: decorator
@inline function whole(total: v128, s: v128, less: v128): v128 { return add(total, f32x4.convert_i32x4_s(i32x4.sub(s, less))); }

/** x . codes in units for three rows of m groups. */
function threeRows(x: usize, p0: usize, p1: usize, p2: usize, m: u32): v128 {
  const even = ld(x), sign = ld(x + 16);
  let r0 = f4(0), r1 = f4(0), r2 = f4(0), f0 = f4(0), f1 = f4(0), f2 = f4(0);
  x += 32;
  for (; m; x += 16) {
    const some = min(m, BLOCK), z = i32x4.splat(0);
    let s0 = z, s1 = z, s2 = z;
    for (const end = x + 48 * some; x < end; x += 48, p0 += 16, p1 += 16, p2 += 16) {
      const h0 = ld(x), h1 = ld(x + 16), y = ld(x + 32);
      let u = ld(p0);
      f0 = pairs(f0, v128.xor(u, sign), y); s0 = product(product(s0, v128.and(u, even), h0), i16x8.shr_u(u, 8), h1);
      u = ld(p1);
      f1 = pairs(f1, v128.xor(u, sign), y); s1 = product(product(s1, v128.and(u, even), h0), i16x8.shr_u(u, 8), h1);
      u = ld(p2);
      f2 = pairs(f2, v128.xor(u, sign), y); s2 = product(product(s2, v128.and(u, even), h0), i16x8.shr_u(u, 8), h1);
    }
    const less = ld(x);
    r0 = whole(r0, s0, less); r1 = whole(r1, s1, less); r2 = whole(r2, s2, less);
    m -= some;
  }
  const more = ld(x), T = f4(1 / <f32>65536);
  return sums(fma(r0, add(f0, more), T), fma(r1, add(f1, more), T), fma(r2, add(f2, more), T), more);
}

/** Where m groups of codes from p on may be read: a copy in `spare` where they do not end before `end`. */
// @ts-ignore: decorator
@inline function readable(p: usize, m: u32, end: usize, spare: usize): usize {
  const size = (m as usize) << 4;
  if (p + size <= end) return p;
  memory.copy(spare, p, end - p);
  return spare;
}
/** bias may be 0 (none). */
// @ts-ignore: decorator
@inline function put(c: usize, scales: usize, bias: usize, row: u32, sum: f32): void {
  store<f32>(at(c, row), sum * load<f32>(at(scales, row)) * (1 / <f32>127) + (bias ? load<f32>(at(bias, row)) : 0));
}

/** Columns r, r + step, ... of c, n of them (at most 3), for r from `row` up to `to`; rows of x are at xs, `pitch` bytes apart. */
function columns(xs: usize, pitch: usize, units: usize, codes: usize, end: usize, spare: usize, scales: usize, bias: usize,
    c: usize, M: u32, N: u32, K: u32, row: u32, to: u32, step: u32, n: u32): void {
  const m = groups(K), size: usize = m << 4, gap: usize = step * K;
  for (let p = codes + row * K; row < to; row++, p += K) {
    const p0 = readable(p, m, end, spare), p1 = n > 1 ? readable(p + gap, m, end, spare + size) : p0;
    const p2 = n > 2 ? readable(p + 2 * gap, m, end, spare + 2 * size) : p0;
    for (let i: u32 = 0, x = xs; i < M; i++, x += pitch) {
      const unit = load<f32>(at(units, i));
      if (!unit) continue;
      const v = mul(threeRows(x, p0, p1, p2, m), f4(unit)), o = at(c, i * N);
      put(o, scales, bias, row, f32x4.extract_lane(v, 0));
      if (n > 1) put(o, scales, bias, row + step, f32x4.extract_lane(v, 1));
      if (n > 2) put(o, scales, bias, row + 2 * step, f32x4.extract_lane(v, 2));
    }
  }
}

/**
 * c[M, N] = x[M, K] W^T + bias for an int8 weight (codes as of `unpack`, a scale for each row), of it the columns from r0 up
 * to r1; bias may be 0 (none). Rows of x that are no such integers are left out: their units, the first M floats of scratch,
 * are 0.
 */
export function int8Rows(x: usize, codes: usize, scales: usize, bias: usize, c: usize, M: u32, r0: u32, r1: u32, N: u32,
    K: u32, scratch: usize): void {
  const pitch: usize = layoutBytes(K), spare = scratch + (M << 4), xs = spare + 48 * groups(K), end = codes + N * K;
  for (let i: u32 = 0; i < M; i++) store<f32>(at(scratch, i), layOut(at(x, i * K), K, xs + i * pitch));
  const apart = (r1 - r0) / 3, last = r0 + 3 * apart;
  columns(xs, pitch, scratch, codes, end, spare, scales, bias, c, M, N, K, r0, r0 + apart, apart, 3);
  if (last < r1) columns(xs, pitch, scratch, codes, end, spare, scales, bias, c, M, N, K, last, last + 1, 1, r1 - last);
}
