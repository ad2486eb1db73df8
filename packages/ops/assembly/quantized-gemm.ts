import { at, roundUp } from './simd';
import { MR, NR, packA, packB } from './pack';
import { FEW, MC, block, depth, padBias } from './gemm';
import { int8Rows, int8Scratch } from './int8-rows';
import { quantizedRow } from './quantized-row';
import { rowDots } from './row-dots';
import { INT8, UNPACK_WORDS, unpack } from './unpack';
// The matrix product of `gemm` with a weight of few bits, of which only a tile is float32 at a time.
const NC: u32 = 256;           // columns of a tile, which is at most 512 KiB

/** Bytes of scratch that quantized_gemm needs. */
export function quantized_gemm_scratch(M: u32, N: u32, K: u32): u32 {
  const D = depth(K), n = roundUp(min(N, NC), NR);
  const rows = M <= FEW ? int8Scratch(M, K) : 0;
  return UNPACK_WORDS + ((2 * roundUp(N, NR) + D * (roundUp(min(M, MC), MR) + n)) << 2) + max((D * n) << 2, max(K << 4, rows));
}

/**
 * c[M, N] = a[M, K] op(W) + bias: W is [N, K] when `transposed`, else [K, N]; bias may be 0 (none). For codes, scales, zeros,
 * kind and size see `unpack`. Every sum runs over k in ascending order, as in gemm. Only the columns from j0 up to j1 are
 * computed; j0 is a multiple of 8.
 */
export function quantized_gemm(a: usize, codes: usize, scales: usize, zeros: usize, kind: u32, size: u32, bias: usize,
    c: usize, M: u32, N: u32, K: u32, transposed: u32, j0: u32, j1: u32, scratch: usize): void {
  const D = depth(K), bias0 = scratch + UNPACK_WORDS, none = at(bias0, roundUp(N, NR)), pa = at(none, roundUp(N, NR));
  const pb = at(pa, D * roundUp(min(M, MC), MR)), tile = at(pb, D * roundUp(min(N, NC), NR));
  const pitchA = (K as usize) << 2, pitchC = (N as usize) << 2;
  if (transposed && M <= FEW && kind == INT8) {
    int8Rows(a, codes, scales, bias, c, M, j0, j1, N, K, tile);
    for (let i: u32 = 0; i < M; i++) if (!load<f32>(at(tile, i)))
      quantizedRow(a + pitchA * i, codes, scales, zeros, kind, size, bias, c + pitchC * i, j0, j1, K, scratch, tile);
    return;
  }
  if (transposed && M == 1) {
    quantizedRow(a, codes, scales, zeros, kind, size, bias, c, j0, j1, K, scratch, tile);
    return;
  }
  padBias(bias, bias0, N);
  padBias(0, none, N);
  if (transposed && M <= FEW) {
    for (let j = j0; j < j1; j += 4) {
      const n = min(4, j1 - j);
      unpack(codes, scales, zeros, kind, size, j * K, n * K, scratch, tile);
      rowDots(a, tile, at(bias0, j), at(c, j), N, M, n, K);
    }
    return;
  }
  for (let j = j0; j < j1; j += NC) for (let k: u32 = 0; k < K; k += D) {
    const n = min(NC, j1 - j), kk = min(D, K - k);
    const rows = transposed ? n : kk, columns = transposed ? kk : n, pitch = (columns as usize) << 2;
    for (let r: u32 = 0; r < rows; r++) {
      const first = transposed ? (j + r) * K + k : (k + r) * N + j;
      unpack(codes, scales, zeros, kind, size, first, columns, scratch, tile + pitch * r);
    }
    packB(tile, pitch, pb, kk, n, transposed != 0);
    for (let i: u32 = 0; i < M; i += MC) {
      const m = min(MC, M - i);
      packA(at(a + pitchA * i, k), pitchA, pa, m, kk, false);
      block(pa, pb, at(k ? none : bias0, j), at(c + pitchC * i, j), pitchC, m, n, kk, k != 0);
    }
  }
}
