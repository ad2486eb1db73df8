import { add, at, f4, fma, hmax, ld, ldTail, ldUpTo4, mul, st, sub, sums } from './simd';
// Few rows times an int8 weight, as in decoding: the codes are multiplied as integers where they lie, scales are applied to
// sums. Four rows of the weight are read at a time, far apart as in rowDots.
//
// A row of x is written as x = unit (h + l / 32768) with 16-bit integers h and l, which is as good as float32 beside its
// largest element. Codes are bytes of code + 127: sums of 127 x come off.

/** Groups of eight elements whose products are summed exactly: 128 * 2 products of 254 * 32767 a lane are below 2^31. */
const BLOCK: u32 = 128;

// @ts-ignore: decorator
@inline function groups(K: u32): u32 { return (K + 7) >> 3; }
/** Bytes of a row of x: 16 of h and 16 of l for a group, and after each block of them the lanes' sums of 127 h and of 127 l. */
// @ts-ignore: decorator
@inline function layoutBytes(K: u32): u32 { return (groups(K) + (groups(K) + BLOCK - 1) / BLOCK) << 5; }

/** Bytes of scratch of int8Rows. */
export function int8Scratch(M: u32, K: u32): u32 { return M * (16 + layoutBytes(K)) + (groups(K) << 5); }

/** s + the products of eight codes, added up by twos. */
// @ts-ignore: decorator
@inline function product(s: v128, codes: v128, x: v128): v128 { return i32x4.add(s, i32x4.dot_i16x8_s(codes, x)); }
// @ts-ignore: decorator
@inline function integers(a: v128, b: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(a), i32x4.trunc_sat_f32x4_s(b));
}

/** Lays out x as h and l; returns unit, or 0 where all of x are tiny or one is huge or not a number. */
function layOut(x: usize, K: u32, o: usize): f32 {
  const K4 = K & ~3, r = K - K4;
  let most = f4(0), fine = i32x4.splat(-1);
  for (let k: u32 = 0; k < K; k += 4) {
    const size = f32x4.abs(k < K4 ? ld(at(x, k)) : ldTail(at(x, k), r));
    most = f32x4.pmax(most, size); fine = v128.and(fine, f32x4.lt(size, f4(1e30)));
  }
  const top = hmax(most);
  if (!i32x4.all_true(fine) || top < 1e-30) return 0;
  const F = f4(32767 / top), L = f4(32768), w = i16x8.splat(127);
  for (let m = groups(K), n: i32 = K; m; o += 32) {
    const some = min(m, BLOCK);
    let s = i32x4.splat(0), t = s;
    for (let g = some; g; g--, n -= 8, x += 32, o += 32) {
      const a = mul(ldUpTo4(x, n), F), b = mul(ldUpTo4(x + 16, n - 4), F), c = f32x4.nearest(a), d = f32x4.nearest(b);
      const h = integers(c, d), l = integers(f32x4.nearest(mul(sub(a, c), L)), f32x4.nearest(mul(sub(b, d), L)));
      st(o, h); st(o + 16, l);
      s = product(s, w, h); t = product(t, w, l);
    }
    st(o, s); st(o + 16, t);
    m -= some;
  }
  return top / 32767;
}

// @ts-ignore: decorator
@inline function whole(total: v128, s: v128, t: v128, less: v128, fewer: v128): v128 {
  const high = f32x4.convert_i32x4_s(i32x4.sub(s, less)), low = f32x4.convert_i32x4_s(i32x4.sub(t, fewer));
  return add(total, fma(high, low, f4(1 / <f32>32768)));
}
/** (h + l / 32768) . codes for four rows of m groups. Unrolled by hand it runs out of registers. */
function fourRows(x: usize, p0: usize, p1: usize, p2: usize, p3: usize, m: u32): v128 {
  let r0 = f4(0), r1 = f4(0), r2 = f4(0), r3 = f4(0);
  for (; m; x += 32) {
    const some = min(m, BLOCK), z = i32x4.splat(0);
    let s0 = z, s1 = z, s2 = z, s3 = z, t0 = z, t1 = z, t2 = z, t3 = z;
    for (const end = x + (some << 5); x < end; x += 32, p0 += 8, p1 += 8, p2 += 8, p3 += 8) {
      const h = ld(x), l = ld(x + 16);
      let v = v128.load8x8_u(p0); s0 = product(s0, v, h); t0 = product(t0, v, l);
      v = v128.load8x8_u(p1); s1 = product(s1, v, h); t1 = product(t1, v, l);
      v = v128.load8x8_u(p2); s2 = product(s2, v, h); t2 = product(t2, v, l);
      v = v128.load8x8_u(p3); s3 = product(s3, v, h); t3 = product(t3, v, l);
    }
    const high = ld(x), low = ld(x + 16);
    r0 = whole(r0, s0, t0, high, low); r1 = whole(r1, s1, t1, high, low);
    r2 = whole(r2, s2, t2, high, low); r3 = whole(r3, s3, t3, high, low);
    m -= some;
  }
  return sums(r0, r1, r2, r3);
}

/** Where m groups of codes from p on may be read: a copy in `spare` where they do not end before `end`. */
// @ts-ignore: decorator
@inline function readable(p: usize, m: u32, end: usize, spare: usize): usize {
  const size = (m as usize) << 3;
  if (p + size <= end) return p;
  memory.copy(spare, p, end - p);
  return spare;
}
/** bias may be 0 (none). */
// @ts-ignore: decorator
@inline function put(c: usize, scales: usize, bias: usize, row: u32, sum: f32): void {
  store<f32>(at(c, row), sum * load<f32>(at(scales, row)) * (1 / <f32>127) + (bias ? load<f32>(at(bias, row)) : 0));
}

/** Columns row, row + step, ... of c, n of them (at most 4); the rows of x are at xs, `pitch` bytes apart. */
function columns(xs: usize, pitch: usize, units: usize, codes: usize, end: usize, spare: usize, scales: usize, bias: usize,
    c: usize, M: u32, N: u32, K: u32, row: u32, step: u32, n: u32): void {
  const m = groups(K), size: usize = m << 3, gap: usize = step * K, p = codes + row * K;
  const p0 = readable(p, m, end, spare), p1 = n > 1 ? readable(p + gap, m, end, spare + size) : p0;
  const p2 = n > 2 ? readable(p + 2 * gap, m, end, spare + 2 * size) : p0;
  const p3 = n > 3 ? readable(p + 3 * gap, m, end, spare + 3 * size) : p0;
  for (let i: u32 = 0; i < M; i++, xs += pitch) {
    const unit = load<f32>(at(units, i));
    if (!unit) continue;
    const v = mul(fourRows(xs, p0, p1, p2, p3, m), f4(unit)), o = at(c, i * N);
    put(o, scales, bias, row, f32x4.extract_lane(v, 0));
    if (n > 1) put(o, scales, bias, row + step, f32x4.extract_lane(v, 1));
    if (n > 2) put(o, scales, bias, row + 2 * step, f32x4.extract_lane(v, 2));
    if (n > 3) put(o, scales, bias, row + 3 * step, f32x4.extract_lane(v, 3));
  }
}

/**
 * c[M, N] = x[M, K] W^T + bias for an int8 weight (codes as of `unpack`, a scale for each row), of it the columns from r0 up
 * to r1; bias may be 0 (none). Rows of x that are no such integers are left out: their units, the first M floats of scratch,
 * are 0.
 */
export function int8Rows(x: usize, codes: usize, scales: usize, bias: usize, c: usize, M: u32, r0: u32, r1: u32, N: u32,
    K: u32, scratch: usize): void {
  const pitch: usize = layoutBytes(K), spare = scratch + (M << 4), xs = spare + (groups(K) << 5), end = codes + N * K;
  for (let i: u32 = 0; i < M; i++) store<f32>(at(scratch, i), layOut(at(x, i * K), K, xs + i * pitch));
  const apart = (r1 - r0) >> 2, last = r0 + 4 * apart;
  for (let r = r0; r < r0 + apart; r++)
    columns(xs, pitch, scratch, codes, end, spare, scales, bias, c, M, N, K, r, apart, 4);
  if (last < r1) columns(xs, pitch, scratch, codes, end, spare, scales, bias, c, M, N, K, last, 1, r1 - last);
}
