import { add, at, f4, hsum, ld, ldTail, st, stTail } from './simd';
// Sums over one axis of [outer, length, inner]. Partial sums over 64 elements keep the rounding error of long axes low.
const CHUNK: u32 = 64;

/** out[4] (w of them real) = sum over `length` rows of x, `pitch` bytes apart. */
// @ts-ignore: decorator
@inline function columns4(x: usize, pitch: usize, length: u32, out: usize, w: u32): void {
  let total = f4(0);
  for (let i: u32 = 0; i < length; i += CHUNK) {
    let s = f4(0);
    for (let r = min(CHUNK, length - i); r; r--, x += pitch) s = add(s, w < 4 ? ldTail(x, w) : ld(x));
    total = add(total, s);
  }
  stTail(out, total, w);
}
/** The same for 16 columns. */
// @ts-ignore: decorator
@inline function columns16(x: usize, pitch: usize, length: u32, out: usize): void {
  let t0 = f4(0), t1 = f4(0), t2 = f4(0), t3 = f4(0);
  for (let i: u32 = 0; i < length; i += CHUNK) {
    let s0 = f4(0), s1 = f4(0), s2 = f4(0), s3 = f4(0);
    for (let r = min(CHUNK, length - i); r; r--, x += pitch) {
      s0 = add(s0, ld(x)); s1 = add(s1, ld(x + 16)); s2 = add(s2, ld(x + 32)); s3 = add(s3, ld(x + 48));
    }
    t0 = add(t0, s0); t1 = add(t1, s1); t2 = add(t2, s2); t3 = add(t3, s3);
  }
  st(out, t0); st(out + 16, t1); st(out + 32, t2); st(out + 48, t3);
}
/** Sum of n consecutive elements. */
function run(x: usize, n: u32): f32 {
  let total: f32 = 0;
  for (let i: u32 = 0; i < n; i += 4 * CHUNK) {
    const end = min(n, i + 4 * CHUNK);
    let s = f4(0), j = i;
    for (; j + 4 <= end; j += 4) s = add(s, ld(at(x, j)));
    if (j < end) s = add(s, ldTail(at(x, j), end - j));
    total += hsum(s);
  }
  return total;
}

/** y[outer, inner] = sum of x[outer, length, inner] over the middle axis, for the last axis from j0 up to j1. */
export function sum_axis(x: usize, y: usize, outer: u32, length: u32, inner: u32, j0: u32, j1: u32): void {
  const pitch = (inner as usize) << 2, plane = pitch * length;
  for (let o: u32 = 0; o < outer; o++, x += plane, y += pitch) {
    if (inner == 1) { store<f32>(y, run(x, length)); continue; }
    let j = j0;
    for (; j + 16 <= j1; j += 16) columns16(at(x, j), pitch, length, at(y, j));
    for (; j < j1; j += 4) columns4(at(x, j), pitch, length, at(y, j), min(4, j1 - j));
  }
}
