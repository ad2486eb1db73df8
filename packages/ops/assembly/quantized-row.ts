import { add, at, f4, fma, hsum, ld, sub } from './simd';
import { INT8, byteAt, signed, unpackCodes } from './unpack';
// One row times a weight of few bits, as in decoding: scales are applied to sums and not to weights.

/** sum of x code over n int8 codes. */
// @ts-ignore: decorator
@inline function dotBytes(x: usize, codes: usize, n: u32): f32 {
  let s = f4(0), t = f4(0), j: u32 = 0, total: f32 = 0;
  for (; j + 8 <= n; j += 8) {
    const v = v128.load8x8_u(codes + j);
    s = fma(s, ld(at(x, j)), signed(i32x4.extend_low_i16x8_u(v)));
    t = fma(t, ld(at(x, j + 4)), signed(i32x4.extend_high_i16x8_u(v)));
  }
  for (; j < n; j++) total += load<f32>(at(x, j)) * <f32>(byteAt(codes, j) as i32 - 127);
  return total + hsum(add(s, t));
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

/** c = W x + bias, of it the rows of W from r0 up to r1; bias may be 0, others as of `unpack`, row holds K floats of scratch. */
export function quantizedRow(x: usize, codes: usize, scales: usize, zeros: usize, kind: u32, size: u32, bias: usize,
    c: usize, r0: u32, r1: u32, K: u32, words: usize, row: usize): void {
  for (let r = r0; r < r1; r++) {
    const first = r * K;
    let sum: f32 = 0;
    if (kind == INT8) sum = dotBytes(x, codes + first, K) * load<f32>(at(scales, r)) * (1 / <f32>127);
    else {
      unpackCodes(codes, kind, first, K, words, row);
      for (let e: u32 = 0; e < K;) {
        const b = (first + e) / size, end = min(K, (b + 1) * size - first), zero: f32 = zeros ? <f32>byteAt(zeros, b) : 0;
        sum += dotRun(at(x, e), at(row, e), end - e, zero) * load<f32>(at(scales, b));
        e = end;
      }
    }
    store<f32>(at(c, r), sum + (bias ? load<f32>(at(bias, r)) : 0));
  }
}
