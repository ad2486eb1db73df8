import { add, at, f4, fma, hsum, ld, mul, sub } from './simd';
import { INT8, byteAt, bytes, unpackCodes } from './unpack';
// One row times a weight of few bits, as in decoding: scales are applied to sums and not to weights.

/** s + x . code over the twelve signed bytes of four words. */
// @ts-ignore: decorator
@inline function twelve(s: v128, x0: v128, x1: v128, x2: v128, v: v128): v128 {
  const a = mul(x0, bytes(v128.shuffle<u8>(v, v, 0, 3, 3, 3, 1, 3, 3, 3, 2, 3, 3, 3, 4, 3, 3, 3)));
  const b = mul(x1, bytes(v128.shuffle<u8>(v, v, 5, 3, 3, 3, 6, 3, 3, 3, 8, 3, 3, 3, 9, 3, 3, 3)));
  return add(s, add(a, fma(b, x2, bytes(v128.shuffle<u8>(v, v, 10, 3, 3, 3, 12, 3, 3, 3, 13, 3, 3, 3, 14, 3, 3, 3)))));
}
/** x . code over n signed bytes from index i on. */
function dotBytes(x: usize, codes: usize, i: u32, n: u32): f32 {
  const end = i + n;
  let total: f32 = 0, s = f4(0);
  for (; i < end && i % 3; i++, x += 4) total += load<f32>(x) * <f32>(byteAt(codes, i) as i32 - 127);
  for (let p = codes + ((i / 3) << 2); i + 12 <= end; i += 12, p += 16, x += 48) {
    s = twelve(s, ld(x), ld(x + 16), ld(x + 32), ld(p));
  }
  for (; i < end; i++, x += 4) total += load<f32>(x) * <f32>(byteAt(codes, i) as i32 - 127);
  return total + hsum(s);
}
/**
 * x = unit (h + l / 32768) with 16-bit integers h and l, which is as good as float32 beside the largest element. Returns
 * unit, or 0 where all of x are tiny or one is huge or not a number. n is a multiple of 4.
 */
function split(x: usize, n: u32, h: usize, l: usize): f32 {
  let top: f32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const size = abs(load<f32>(at(x, i)));
    if (!(size < 1e30)) return 0;
    top = max(top, size);
  }
  if (top < 1e-30) return 0;
  const F = f4(32767 / top), L = f4(32768), z = i32x4.splat(0);
  for (let i: u32 = 0; i < n; i += 4, h += 8, l += 8) {
    const t = mul(ld(at(x, i)), F), near = f32x4.nearest(t);
    v128.store64_lane(h, i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(near), z), 0);
    const rest = f32x4.nearest(mul(sub(t, near), L));
    v128.store64_lane(l, i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(rest), z), 0);
  }
  return top / 32767;
}
/** Eight codes, one in each lane of 16 bits, signed. */
// @ts-ignore: decorator
@inline function eight(v: v128): v128 { return i16x8.sub(v, i16x8.splat(127)); }
// @ts-ignore: decorator
@inline function dot(s: v128, a: v128, b: v128, c: v128, x: usize): v128 {
  const first = i32x4.add(i32x4.dot_i16x8_s(a, ld(x)), i32x4.dot_i16x8_s(b, ld(x + 16)));
  return i32x4.add(s, i32x4.add(first, i32x4.dot_i16x8_s(c, ld(x + 32))));
}
/** (h + l / 32768) . code over n = 24 m signed bytes that begin with a word; 1,536 at a time are summed exactly. */
function dotSplit(h: usize, l: usize, p: usize, n: u32): f32 {
  let total = f4(0);
  for (let m = n / 24; m;) {
    let s = i32x4.splat(0), t = i32x4.splat(0);
    const some = min(m, 64);                  // 64 * 6 products of 128 * 32767 a lane: below 2^31
    for (let r = some; r; r--, p += 32, h += 48, l += 48) {
      const v = ld(p), w = ld(p + 16);
      const a = eight(v128.shuffle<u8>(v, v, 0, 3, 1, 3, 2, 3, 4, 3, 5, 3, 6, 3, 8, 3, 9, 3));
      const b = eight(v128.shuffle<u8>(v, w, 10, 3, 12, 3, 13, 3, 14, 3, 16, 3, 17, 3, 18, 3, 20, 3));
      const c = eight(v128.shuffle<u8>(w, w, 5, 3, 6, 3, 8, 3, 9, 3, 10, 3, 12, 3, 13, 3, 14, 3));
      s = dot(s, a, b, c, h); t = dot(t, a, b, c, l);
    }
    total = add(total, fma(f32x4.convert_i32x4_s(s), f32x4.convert_i32x4_s(t), f4(1 / <f32>32768)));
    m -= some;
  }
  return hsum(total);
}
/** sum of x (w - zero) over n elements. */
// @ts-ignore: decorator
@inline function dotRun(x: usize, w: usize, n: u32, zero: f32): f32 {
  const Z = f4(zero);
  let s = f4(0), t = f4(0), j: u32 = 0, total: f32 = 0;
  for (; j + 8 <= n; j += 8) {
    s = fma(s, ld(at(x, j)), sub(ld(at(w, j)), Z)); t = fma(t, ld(at(x, j + 4)), sub(ld(at(w, j + 4)), Z));
  }
  for (; j < n; j++) total += load<f32>(at(x, j)) * (load<f32>(at(w, j)) - zero);
  return total + hsum(add(s, t));
}

/** c = W x + bias, of it the rows of W from r0 up to r1; arguments as of `unpack`, row holds K floats of scratch. */
export function quantizedRow(x: usize, codes: usize, scales: usize, zeros: usize, kind: u32, size: u32, bias: usize,
    c: usize, r0: u32, r1: u32, K: u32, words: usize, row: usize): void {
  // rows of whole words are multiplied as integers, up to 23 elements at their ends as floats
  const n = kind == INT8 && K % 3 == 0 ? K / 24 * 24 : 0, low = row + (n << 1), pitch: usize = K / 3 << 2;
  const unit = n ? split(x, n, row, low) : 0;
  for (let r = r0; r < r1; r++) {
    const first = r * K;
    let sum: f32 = 0;
    if (unit) {
      const ends = dotBytes(at(x, n), codes, first + n, K - n);
      sum = (dotSplit(row, low, codes + pitch * r, n) * unit + ends) * load<f32>(at(scales, r)) * (1 / <f32>127);
    } else if (kind == INT8) sum = dotBytes(x, codes, first, K) * load<f32>(at(scales, r)) * (1 / <f32>127);
    else {
      unpackCodes(codes, kind, first, K, words, row);
      for (let e: u32 = 0; e < K;) {
        const b = (first + e) / size, end = min(K, (b + 1) * size - first), zero: f32 = zeros ? <f32>byteAt(zeros, b) : 0;
        sum += dotRun(at(x, e), at(row, e), end - e, zero) * load<f32>(at(scales, b));
        e = end;
      }
    }
    store<f32>(at(c, r), sum + load<f32>(at(bias, r)));
  }
}
