import { add, at, f4, fma, ld, ldTail, sums } from './simd';
// Few rows of A against rows of B, as in decoding: nothing is packed and B is read once. Four rows of B that lie far apart
// are read at a time: a core reads four streams faster than one, and neighbouring rows in one page slower.

/** n elements of c, `step` bytes apart, plus those of bias, which lie as they do. */
// @ts-ignore: decorator
@inline function put(c: usize, bias: usize, step: usize, v: v128, n: u32): void {
  store<f32>(c, f32x4.extract_lane(v, 0) + load<f32>(bias));
  if (n > 1) store<f32>(c + step, f32x4.extract_lane(v, 1) + load<f32>(bias + step));
  if (n > 2) store<f32>(c + 2 * step, f32x4.extract_lane(v, 2) + load<f32>(bias + 2 * step));
  if (n > 3) store<f32>(c + 3 * step, f32x4.extract_lane(v, 3) + load<f32>(bias + 3 * step));
}

/** x . b for n of four rows of B; a sum runs over k in steps of 4, whatever is computed beside it. */
function oneRow(x: usize, b0: usize, b1: usize, b2: usize, b3: usize, bias: usize, c: usize, step: usize, n: u32,
    K: u32): void {
  let s0 = f4(0), s1 = f4(0), s2 = f4(0), s3 = f4(0);
  for (const end = at(x, K & ~7); x < end; x += 32, b0 += 32, b1 += 32, b2 += 32, b3 += 32) {
    const v = ld(x), w = ld(x + 16);
    s0 = fma(s0, v, ld(b0)); s1 = fma(s1, v, ld(b1)); s2 = fma(s2, v, ld(b2)); s3 = fma(s3, v, ld(b3));
    s0 = fma(s0, w, ld(b0 + 16)); s1 = fma(s1, w, ld(b1 + 16)); s2 = fma(s2, w, ld(b2 + 16)); s3 = fma(s3, w, ld(b3 + 16));
  }
  if (K & 4) {
    const v = ld(x);
    s0 = fma(s0, v, ld(b0)); s1 = fma(s1, v, ld(b1)); s2 = fma(s2, v, ld(b2)); s3 = fma(s3, v, ld(b3));
    x += 16; b0 += 16; b1 += 16; b2 += 16; b3 += 16;
  }
  const r = K & 3;
  if (r) {
    const v = ldTail(x, r);
    s0 = fma(s0, v, ldTail(b0, r)); s1 = fma(s1, v, ldTail(b1, r)); s2 = fma(s2, v, ldTail(b2, r)); s3 = fma(s3, v, ldTail(b3, r));
  }
  put(c, bias, step, sums(s0, s1, s2, s3), n);
}

/** The same for two rows of A, `pitch` bytes apart, whose results are `width` bytes apart. */
function twoRows(x: usize, pitch: usize, b0: usize, b1: usize, b2: usize, b3: usize, bias: usize, c: usize,
    width: usize, step: usize, n: u32, K: u32): void {
  let s0 = f4(0), s1 = f4(0), s2 = f4(0), s3 = f4(0), t0 = f4(0), t1 = f4(0), t2 = f4(0), t3 = f4(0), y = x + pitch;
  for (const end = at(x, K & ~3); x < end; x += 16, y += 16, b0 += 16, b1 += 16, b2 += 16, b3 += 16) {
    const v = ld(x), w = ld(y);
    let b = ld(b0); s0 = fma(s0, v, b); t0 = fma(t0, w, b);
    b = ld(b1); s1 = fma(s1, v, b); t1 = fma(t1, w, b);
    b = ld(b2); s2 = fma(s2, v, b); t2 = fma(t2, w, b);
    b = ld(b3); s3 = fma(s3, v, b); t3 = fma(t3, w, b);
  }
  const r = K & 3;
  if (r) {
    const v = ldTail(x, r), w = ldTail(y, r);
    let b = ldTail(b0, r); s0 = fma(s0, v, b); t0 = fma(t0, w, b);
    b = ldTail(b1, r); s1 = fma(s1, v, b); t1 = fma(t1, w, b);
    b = ldTail(b2, r); s2 = fma(s2, v, b); t2 = fma(t2, w, b);
    b = ldTail(b3, r); s3 = fma(s3, v, b); t3 = fma(t3, w, b);
  }
  put(c, bias, step, sums(s0, s1, s2, s3), n);
  put(c + width, bias, step, sums(t0, t1, t2, t3), n);
}

/** Columns j, j + apart, ... of C, n of them (at most 4). */
// @ts-ignore: decorator
@inline function columns(a: usize, b: usize, bias: usize, c: usize, width: u32, M: u32, K: u32, j: u32, apart: u32,
    n: u32): void {
  const pitch = (K as usize) << 2, gap = pitch * apart, step = (apart as usize) << 2, across = (width as usize) << 2;
  // a row that does not exist is read from the first one
  const b0 = b + pitch * j, b1 = n > 1 ? b0 + gap : b0, b2 = n > 2 ? b0 + 2 * gap : b0, b3 = n > 3 ? b0 + 3 * gap : b0;
  let i: u32 = 0;
  for (; i + 2 <= M; i += 2)
    twoRows(a + pitch * i, pitch, b0, b1, b2, b3, at(bias, j), at(c + across * i, j), across, step, n, K);
  if (i < M) oneRow(a + pitch * i, b0, b1, b2, b3, at(bias, j), at(c + across * i, j), step, n, K);
}

/** c[M, N] = a[M, K] b[N, K]^T + bias; rows of C are `width` elements apart. An element has the same bytes for every M and N. */
export function rowDots(a: usize, b: usize, bias: usize, c: usize, width: u32, M: u32, N: u32, K: u32): void {
  const quarter = N >> 2;
  for (let j: u32 = 0; j < quarter; j++) columns(a, b, bias, c, width, M, K, j, quarter, 4);
  if (N & 3) columns(a, b, bias, c, width, M, K, N & ~3, 1, N & 3);
}
