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
  for (let r = r0; r < r1; r++) {
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
