import { add, at, fma, ld, ldUpTo4, roundUp, st, stTail } from './simd';
import { MR, NR, packA, packB } from './pack';
import { rowDots } from './row-dots';
// Batched float32 matrix product C[t] = op(A[t]) op(B[t]) + bias, row-major, all four transposes. Blocked as Goto and
// van de Geijn (2008): KC x NC of B and MC x KC of A are packed, a KC x 8 panel of B stays in the first-level cache
// while the panels of A stream past it. Every sum runs over k in ascending order, so rows may be split between threads.
export const MC: u32 = 128;
const NC: u32 = 2048;
const KC: u32 = 512;
export const FEW: u32 = 8;            // rows of A up to which packing B costs more than it saves

// @ts-ignore: decorator
@inline function put(c: usize, lo: v128, hi: v128, w: i32, more: bool): void {
  if (w >= (NR as i32)) {
    st(c, more ? add(lo, ld(c)) : lo);
    st(c + 16, more ? add(hi, ld(c + 16)) : hi);
  } else {
    stTail(c, more ? add(lo, ldUpTo4(c, w)) : lo, w);
    stTail(c + 16, more ? add(hi, ldUpTo4(c + 16, w - 4)) : hi, w - 4);
  }
}

/**
 * C tile of h x w (at most 4x8) = bias + packed A panel * packed B panel, added to C when `more`; K is not 0.
 *
 * A core takes in five instructions a cycle, and four that compute keep it busy: six steps a turn save jumps and additions. A way
 * out after each keeps V8 from loading the operands of all six first, for which there are no registers.
 */
// @ts-ignore: decorator
@inline function tile(pa: usize, pb: usize, bias: usize, c: usize, pitch: usize, K: u32, h: u32, w: u32,
    more: bool): void {
  const d0 = v128.load(bias), d1 = v128.load(bias, 16);
  let c00 = d0, c01 = d1, c10 = d0, c11 = d1, c20 = d0, c21 = d1, c30 = d0, c31 = d1;
  const end = at(pa, K * MR);
  let b0: v128, b1: v128, a: v128;
  for (;;) {
    b0 = v128.load(pb); b1 = v128.load(pb, 16);
    a = v128.load_splat<f32>(pa); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(pa, 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(pa, 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(pa, 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    pa += MR << 2; if (pa == end) break;
    b0 = v128.load(pb, 32); b1 = v128.load(pb, 48);
    a = v128.load_splat<f32>(pa); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(pa, 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(pa, 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(pa, 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    pa += MR << 2; if (pa == end) break;
    b0 = v128.load(pb, 64); b1 = v128.load(pb, 80);
    a = v128.load_splat<f32>(pa); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(pa, 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(pa, 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(pa, 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    pa += MR << 2; if (pa == end) break;
    b0 = v128.load(pb, 96); b1 = v128.load(pb, 112);
    a = v128.load_splat<f32>(pa); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(pa, 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(pa, 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(pa, 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    pa += MR << 2; if (pa == end) break;
    b0 = v128.load(pb, 128); b1 = v128.load(pb, 144);
    a = v128.load_splat<f32>(pa); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(pa, 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(pa, 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(pa, 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    pa += MR << 2; if (pa == end) break;
    b0 = v128.load(pb, 160); b1 = v128.load(pb, 176);
    a = v128.load_splat<f32>(pa); c00 = fma(c00, a, b0); c01 = fma(c01, a, b1);
    a = v128.load_splat<f32>(pa, 4); c10 = fma(c10, a, b0); c11 = fma(c11, a, b1);
    a = v128.load_splat<f32>(pa, 8); c20 = fma(c20, a, b0); c21 = fma(c21, a, b1);
    a = v128.load_splat<f32>(pa, 12); c30 = fma(c30, a, b0); c31 = fma(c31, a, b1);
    pa += MR << 2; if (pa == end) break;
    pb += 6 * NR << 2;
  }
  put(c, c00, c01, w, more);
  if (h > 1) put(c + pitch, c10, c11, w, more);
  if (h > 2) put(c + 2 * pitch, c20, c21, w, more);
  if (h > 3) put(c + 3 * pitch, c30, c31, w, more);
}

/** A block of C from packed operands; `bias` has a full panel's width. */
export function block(pa: usize, pb: usize, bias: usize, c: usize, pitch: usize, M: u32, N: u32, K: u32, more: bool): void {
  for (let j: u32 = 0; j < N; j += NR)
    for (let i: u32 = 0; i < M; i += MR)
      tile(at(pa, i * K), at(pb, j * K), at(bias, j), at(c + pitch * i, j), pitch, K, M - i, N - j, more);
}

/** The bias with zeros up to a full panel, or only zeros. */
export function padBias(bias: usize, o: usize, N: u32): void {
  const bytes = (N as usize) << 2;
  memory.fill(o, 0, (roundUp(N, NR) as usize) << 2);
  if (bias) memory.copy(o, bias, bytes);
}

/** Length of the blocks of k: as equal as they can be and at most KC. */
// @ts-ignore: decorator
@inline export function depth(K: u32): u32 {
  const blocks = (K + KC - 1) / KC;
  return K <= KC ? K : roundUp((K + blocks - 1) / blocks, 4);
}

/** Bytes of scratch that gemm needs. */
export function gemm_scratch(M: u32, N: u32, K: u32): u32 {
  return (2 * roundUp(N, NR) + depth(K) * (roundUp(min(M, MC), MR) + roundUp(min(N, NC), NR))) << 2;
}

/**
 * `batch` products; strideA and strideB are the batch strides in elements, 0 to share one operand.
 * bias has N elements and may be 0 (none).
 */
export function gemm(a: usize, b: usize, bias: usize, c: usize, batch: u32, strideA: u32, strideB: u32, M: u32,
    N: u32, K: u32, ta: u32, tb: u32, scratch: usize): void {
  gemm_part(a, b, bias, c, batch, strideA, strideB, M, N, K, ta, tb, 0, M, 0, N, scratch);
}

/**
 * Of each product of `gemm` the rows from i0 up to i1 and the columns from j0 up to j1, in the same bytes. Scratch as for a
 * product of their size.
 */
export function gemm_part(a: usize, b: usize, bias: usize, c: usize, batch: u32, strideA: u32, strideB: u32, rows: u32,
    columns: u32, K: u32, ta: u32, tb: u32, i0: u32, i1: u32, j0: u32, j1: u32, scratch: usize): void {
  const M = i1 - i0, N = j1 - j0, width = (N as usize) << 2;
  const D = depth(K), bias0 = scratch, zeros = at(bias0, roundUp(N, NR)), pa = at(zeros, roundUp(N, NR));
  const pb = at(pa, D * roundUp(min(M, MC), MR));
  padBias(bias ? at(bias, j0) : 0, bias0, N);
  padBias(0, zeros, N);
  const pitchA = ((ta ? rows : K) as usize) << 2, pitchB = ((tb ? K : columns) as usize) << 2;
  const pitchC = (columns as usize) << 2;
  const resident = N <= NC && D == K;       // one packed block holds all of B: a shared B is packed once
  a = ta ? at(a, i0) : a + pitchA * i0;
  b = tb ? b + pitchB * j0 : at(b, j0);
  c = at(c + pitchC * i0, j0);
  for (let t: u32 = 0; t < batch; t++, a = at(a, strideA), b = at(b, strideB), c += pitchC * rows) {
    if (K == 0) for (let i: u32 = 0; i < M; i++) memory.copy(c + pitchC * i, bias0, width);
    else if (tb && !ta && rows <= FEW) { rowDots(a, b, bias0, c, columns, M, N, K); continue; }
    for (let j: u32 = 0; j < N; j += NC) for (let k: u32 = 0; k < K; k += D) {
      const n = min(NC, N - j), kk = min(D, K - k);
      const corner = tb ? at(b + pitchB * j, k) : at(b + pitchB * k, j);
      if (t == 0 || strideB || !resident) packB(corner, pitchB, pb, kk, n, tb != 0);
      for (let i: u32 = 0; i < M; i += MC) {
        const m = min(MC, M - i);
        packA(ta ? at(a + pitchA * k, i) : at(a + pitchA * i, k), pitchA, pa, m, kk, ta != 0);
        block(pa, pb, at(k ? zeros : bias0, j), at(c + pitchC * i, j), pitchC, m, n, kk, k != 0);
      }
    }
  }
}
