import { add, at, f4, fma, hmax, ld, ldTail, mul, st, sub, sums } from './simd';
// Few rows times an int8 weight, as in decoding: the codes are multiplied as integers where they lie, scales are applied to
// sums. Four rows of the weight are read at a time, far apart as in rowDots.
//
// A row of x is written as x = unit (h + l / 32768) with 16-bit integers h and l, which is as good as float32 beside its
// largest element, and laid out as the codes are: bytes 3 of their words meet a zero. A row of the weight begins with byte 0,
// 1 or 2 of a word; x has a layout for each of these phases. Codes are bytes of code + 127: sums of 127 x come off.

const GROUP: u32 = 6;                    // codes of two words, which are multiplied at once: 8 lanes of h, 8 of l
/** Groups whose products are summed exactly: 128 * 2 products of 128 * 32767 a lane are below 2^31. */
const BLOCK: u32 = 128;
const LEAD: u32 = 2;                     // zeros before the elements of x, for the phases

// @ts-ignore: decorator
@inline function phases(K: u32): u32 { return K % 3 ? 3 : 1; }
/** Groups that a row of K codes touches, at any phase. */
// @ts-ignore: decorator
@inline function groups(K: u32): u32 { return (K + phases(K) + GROUP - 2) / GROUP; }
/** Bytes of x in one phase: 32 for a group, and after each block of them the lanes' sums of 127 h and of 127 l. */
// @ts-ignore: decorator
@inline function layoutBytes(K: u32): u32 { return (groups(K) + (groups(K) + BLOCK - 1) / BLOCK) << 5; }
/** Bytes of h, or of l, before they are laid out; 8 elements are loaded at a time. */
// @ts-ignore: decorator
@inline function plainBytes(K: u32): u32 { return (groups(K) * GROUP + LEAD + 4) << 1; }

/** Bytes of scratch of int8Rows. */
export function int8Scratch(M: u32, K: u32): u32 {
  return M * (16 + phases(K) * layoutBytes(K)) + 2 * plainBytes(K) + (groups(K) << 5);
}

/** Splits x into h and, after it, l; returns unit, or 0 where all of x are tiny or one is huge or not a number. */
function split(x: usize, K: u32, h: usize): f32 {
  const K4 = K & ~3, r = K - K4;
  let most = f4(0), fine = i32x4.splat(-1);
  for (let k: u32 = 0; k < K; k += 4) {
    const size = f32x4.abs(k < K4 ? ld(at(x, k)) : ldTail(at(x, k), r));
    most = f32x4.pmax(most, size); fine = v128.and(fine, f32x4.lt(size, f4(1e30)));
  }
  const top = hmax(most);
  if (!i32x4.all_true(fine) || top < 1e-30) return 0;
  memory.fill(h, 0, 2 * plainBytes(K));
  h += LEAD << 1;
  const F = f4(32767 / top), L = f4(32768), z = i32x4.splat(0);
  for (let k: u32 = 0, l = h + plainBytes(K); k < K; k += 4, h += 8, l += 8) {
    const t = mul(k < K4 ? ld(at(x, k)) : ldTail(at(x, k), r), F), near = f32x4.nearest(t);
    v128.store64_lane(h, i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(near), z), 0);
    const rest = f32x4.nearest(mul(sub(t, near), L));
    v128.store64_lane(l, i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(rest), z), 0);
  }
  return top / 32767;
}

/** s + the products of eight codes, added up by twos. */
// @ts-ignore: decorator
@inline function product(s: v128, codes: v128, x: v128): v128 { return i32x4.add(s, i32x4.dot_i16x8_s(codes, x)); }
/** Six elements in the lanes of two words of codes. */
// @ts-ignore: decorator
@inline function spread(p: usize): v128 {
  return i8x16.swizzle(ld(p), i8x16(0, 1, 2, 3, 4, 5, -1, -1, 6, 7, 8, 9, 10, 11, -1, -1));
}
/** Lays h and l out for rows that begin at byte `phase` of a word. */
function layOut(h: usize, l: usize, K: u32, phase: u32, o: usize): void {
  const w = i16x8.splat(127);
  h += (LEAD - phase) << 1; l += (LEAD - phase) << 1;
  for (let m = groups(K); m; o += 32) {
    const some = min(m, BLOCK);
    let s = i32x4.splat(0), t = i32x4.splat(0);
    for (let g = some; g; g--, h += 12, l += 12, o += 32) {
      const a = spread(h), b = spread(l);
      st(o, a); st(o + 16, b);
      s = product(s, w, a); t = product(t, w, b);
    }
    st(o, s); st(o + 16, t);
    m -= some;
  }
}

// @ts-ignore: decorator
@inline function whole(total: v128, s: v128, t: v128, less: v128, fewer: v128): v128 {
  const high = f32x4.convert_i32x4_s(i32x4.sub(s, less)), low = f32x4.convert_i32x4_s(i32x4.sub(t, fewer));
  return add(total, fma(high, low, f4(1 / <f32>32768)));
}
/** (h + l / 32768) . codes for four rows of m groups. */
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
// @ts-ignore: decorator
@inline function put(c: usize, scale: usize, bias: usize, sum: f32): void {
  store<f32>(c, sum * load<f32>(scale) * (1 / <f32>127) + load<f32>(bias));
}

/** Columns row, row + step, ... of c, n of them (at most 4); the rows of x are at xs, `pitch` bytes apart. */
function columns(xs: usize, pitch: usize, units: usize, codes: usize, end: usize, spare: usize, scales: usize, bias: usize,
    c: usize, M: u32, N: u32, K: u32, row: u32, step: u32, n: u32): void {
  const m = groups(K), size: usize = m << 3, gap: usize = step * K / 3 << 2, p = codes + (row * K / 3 << 2);
  const p0 = readable(p, m, end, spare), p1 = n > 1 ? readable(p + gap, m, end, spare + size) : p0;
  const p2 = n > 2 ? readable(p + 2 * gap, m, end, spare + 2 * size) : p0;
  const p3 = n > 3 ? readable(p + 3 * gap, m, end, spare + 3 * size) : p0;
  for (let i: u32 = 0; i < M; i++, xs += pitch) {
    const unit = load<f32>(at(units, i));
    if (!unit) continue;
    const v = mul(fourRows(xs, p0, p1, p2, p3, m), f4(unit)), o = at(c, i * N + row), s = at(scales, row), b = at(bias, row);
    put(o, s, b, f32x4.extract_lane(v, 0));
    if (n > 1) put(at(o, step), at(s, step), at(b, step), f32x4.extract_lane(v, 1));
    if (n > 2) put(at(o, 2 * step), at(s, 2 * step), at(b, 2 * step), f32x4.extract_lane(v, 2));
    if (n > 3) put(at(o, 3 * step), at(s, 3 * step), at(b, 3 * step), f32x4.extract_lane(v, 3));
  }
}

/**
 * c[M, N] = x[M, K] W^T + bias for an int8 weight (codes as of `unpack`, a scale for each row), of it the columns from r0 up
 * to r1. Rows of x that are no such integers are left out: their units, the first M floats of scratch, are 0.
 */
export function int8Rows(x: usize, codes: usize, scales: usize, bias: usize, c: usize, M: u32, r0: u32, r1: u32, N: u32,
    K: u32, scratch: usize): void {
  const P = phases(K), layout: usize = layoutBytes(K), pitch = P * layout, h = scratch + (M << 4), l = h + plainBytes(K);
  const spare = l + plainBytes(K), xs = spare + (groups(K) << 5);
  for (let i: u32 = 0; i < M; i++) {
    const unit = split(at(x, i * K), K, h);
    store<f32>(at(scratch, i), unit);
    for (let f: u32 = 0; unit && f < P; f++) layOut(h, l, K, f, xs + i * pitch + f * layout);
  }
  // rows that are read together begin in the same phase
  const apart = (r1 - r0) / (4 * P) * P, last = r0 + 4 * apart, end = codes + ((N * K + 2) / 3 << 2);
  for (let r = r0; r < r0 + apart; r++)
    columns(xs + r * K % 3 * layout, pitch, scratch, codes, end, spare, scales, bias, c, M, N, K, r, apart, 4);
  for (let r = last; r < min(last + P, r1); r++)
    columns(xs + r * K % 3 * layout, pitch, scratch, codes, end, spare, scales, bias, c, M, N, K, r, P, (r1 - r + P - 1) / P);
}
