import { add, at, f4, fma, hsum, ld, mul, st, sub } from './simd';
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
/** The same for four rows of codes of n = 12 m elements, which begin with a word and lie `pitch` bytes apart. */
function dotBytes4(x: usize, p: usize, pitch: usize, n: u32): v128 {
  let s0 = f4(0), s1 = f4(0), s2 = f4(0), s3 = f4(0);
  for (let m = n / 12; m; m--, p += 16, x += 48) {
    const x0 = ld(x), x1 = ld(x + 16), x2 = ld(x + 32);
    s0 = twelve(s0, x0, x1, x2, ld(p)); s1 = twelve(s1, x0, x1, x2, ld(p + pitch));
    s2 = twelve(s2, x0, x1, x2, ld(p + 2 * pitch)); s3 = twelve(s3, x0, x1, x2, ld(p + 3 * pitch));
  }
  return f32x4(hsum(s0), hsum(s1), hsum(s2), hsum(s3));
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

/** c[N] = W[N, K] x + bias; arguments as of `unpack`, row holds K floats of scratch. */
export function quantizedRow(x: usize, codes: usize, scales: usize, zeros: usize, kind: u32, size: u32, bias: usize,
    c: usize, N: u32, K: u32, words: usize, row: usize): void {
  let r: u32 = 0;
  // rows of whole words share what they read of x; up to 11 elements are left at their ends
  if (kind == INT8 && K % 3 == 0) for (const n = K / 12 * 12, pitch: usize = K / 3 << 2; r + 4 <= N; r += 4) {
    st(at(c, r), dotBytes4(x, codes + pitch * r, pitch, n));
    for (let i = r; i < r + 4; i++) {
      const sum = load<f32>(at(c, i)) + dotBytes(at(x, n), codes, i * K + n, K - n);
      store<f32>(at(c, i), sum * load<f32>(at(scales, i)) * (1 / <f32>127) + load<f32>(at(bias, i)));
    }
  }
  for (; r < N; r++) {
    const first = r * K;
    let sum: f32 = 0;
    if (kind == INT8) sum = dotBytes(x, codes, first, K) * load<f32>(at(scales, r)) * (1 / <f32>127);
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
