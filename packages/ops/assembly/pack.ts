import { at, f4, ldTail, ldUpTo4 } from './simd';
// Packing for the matrix product: A in panels of MR rows, out[panel][k][MR]; B in panels of NR columns,
// out[panel][k][NR]; what is missing in the last panel is zero. What is to be turned is turned 4x4 in registers; what is not
// is copied 64 bytes a row, as a line of the cache read again for each panel is fetched again.
export const MR: u32 = 4;
export const NR: u32 = 8;

/** Packs 4 rows (n real, the rest zero) of length K, `pitch` bytes apart, as out[k][4] with `step` bytes between k. */
function packRows(rows: usize, pitch: usize, n: u32, K: u32, o: usize, step: usize): void {
  // rows that do not exist are read from the first one and masked away
  const r1 = n > 1 ? rows + pitch : rows, r2 = n > 2 ? rows + 2 * pitch : rows, r3 = n > 3 ? rows + 3 * pitch : rows;
  const m1 = i32x4.splat(n > 1 ? -1 : 0), m2 = i32x4.splat(n > 2 ? -1 : 0), m3 = i32x4.splat(n > 3 ? -1 : 0);
  let k: u32 = 0;
  for (; k + 4 <= K; k += 4, o += 4 * step) {
    const a = v128.load(at(rows, k)), b = v128.and(v128.load(at(r1, k)), m1);
    const c = v128.and(v128.load(at(r2, k)), m2), d = v128.and(v128.load(at(r3, k)), m3);
    const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(o, v128.shuffle<f64>(ab0, cd0, 0, 2));
    v128.store(o + step, v128.shuffle<f64>(ab0, cd0, 1, 3));
    v128.store(o + 2 * step, v128.shuffle<f64>(ab1, cd1, 0, 2));
    v128.store(o + 3 * step, v128.shuffle<f64>(ab1, cd1, 1, 3));
  }
  for (; k < K; k++, o += step) {
    store<f32>(o, load<f32>(at(rows, k)));
    store<f32>(o, n > 1 ? load<f32>(at(r1, k)) : 0, 4);
    store<f32>(o, n > 2 ? load<f32>(at(r2, k)) : 0, 8);
    store<f32>(o, n > 3 ? load<f32>(at(r3, k)) : 0, 12);
  }
}

/**
 * `columns` columns, a multiple of 16, of K rows: of each 16 the first four go to o, the next o1 bytes behind and so on, `step`
 * bytes between rows. 32 rows at a time lie in few pages of memory.
 */
function packColumns(x: usize, pitch: usize, K: u32, columns: u32, o: usize, o1: usize, o2: usize, o3: usize,
    step: usize): void {
  for (let k: u32 = 0; k < K; k += 32) for (let j: u32 = 0; j < columns; j += 16) {
    let s = at(x + pitch * k, j), t = at(o, j * K) + step * k;
    for (let r = min(32, K - k); r; r--, s += pitch, t += step) {
      v128.store(t, v128.load(s)); v128.store(t + o1, v128.load(s, 16));
      v128.store(t + o2, v128.load(s, 32)); v128.store(t + o3, v128.load(s, 48));
    }
  }
}

/** B (K x N with rows `pitch` bytes apart; N x K when transposed) into panels of NR columns. */
export function packB(b: usize, pitch: usize, o: usize, K: u32, N: u32, transposed: bool): void {
  const whole: u32 = transposed ? 0 : N & ~15, panel = at(0, K * NR);
  packColumns(b, pitch, K, whole, o, 16, panel, panel + 16, NR << 2);
  o = at(o, whole * K);
  for (let j = whole; j < N; j += NR, o = at(o, K * NR)) {
    const w = min(N - j, NR);
    if (transposed) {
      const rows = b + pitch * j;
      packRows(rows, pitch, w, K, o, NR << 2);
      if (w > 4) packRows(rows + 4 * pitch, pitch, w - 4, K, o + 16, NR << 2);
      else for (let k: u32 = 0; k < K; k++) v128.store(at(o, k * NR + 4), f4(0));
    } else {
      let s = at(b, j), t = o;
      if (w == NR) for (let k = K; k; k--, s += pitch, t += NR << 2) {
        v128.store(t, v128.load(s)); v128.store(t, v128.load(s, 16), 16);
      }
      else for (let k = K; k; k--, s += pitch, t += NR << 2) {
        v128.store(t, ldUpTo4(s, w)); v128.store(t, ldUpTo4(s + 16, w - 4), 16);
      }
    }
  }
}

/** A (M x K with rows `pitch` bytes apart; K x M when transposed) into panels of MR rows. */
export function packA(a: usize, pitch: usize, o: usize, M: u32, K: u32, transposed: bool): void {
  const whole: u32 = transposed ? M & ~15 : 0, panel = at(0, K * MR);
  packColumns(a, pitch, K, whole, o, panel, 2 * panel, 3 * panel, MR << 2);
  o = at(o, whole * K);
  for (let i = whole; i < M; i += MR, o = at(o, K * MR)) {
    const h = min(M - i, MR);
    if (transposed) {
      let s = at(a, i), t = o;
      if (h == MR) for (let k = K; k; k--, s += pitch, t += MR << 2) v128.store(t, v128.load(s));
      else for (let k = K; k; k--, s += pitch, t += MR << 2) v128.store(t, ldTail(s, h));
    } else packRows(a + pitch * i, pitch, h, K, o, MR << 2);
  }
}
