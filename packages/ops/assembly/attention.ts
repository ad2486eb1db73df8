import { add, at, f4, fma, ld, mul, st, sub } from './simd';
import { logf, vexpFast } from './exp';
import { attendRow, rowScratch } from './attention-row';
import {
  BK, BQ, MASKED, SROW, WORDS, accumulate, dropBlock, freeKeys, hideKeys, meet, scores, transpose8,
} from './attention-blocks';
// Attention in blocks with an online softmax (Dao 2022), on packed heads: q and y [B, T, H * D], k and v [B, S, G * D],
// D a multiple of 8. Query head h reads key head h / (H / G). Query t stands at position offset + t of the key axis.

/** top[8 queries] = the larger of itself and the rows of S. */
function maxRows(s: usize, n: u32, top: usize): void {
  let x0 = ld(top), x1 = ld(top + 16), y0 = x0, y1 = x1, p = s, j: u32 = 0;
  for (; j + 2 <= n; j += 2, p += 2 * SROW) {
    x0 = f32x4.pmax(x0, v128.load(p)); x1 = f32x4.pmax(x1, v128.load(p, 16));
    y0 = f32x4.pmax(y0, v128.load(p, 128)); y1 = f32x4.pmax(y1, v128.load(p, 144));
  }
  if (j < n) { x0 = f32x4.pmax(x0, v128.load(p)); x1 = f32x4.pmax(x1, v128.load(p, 16)); }
  st(top, f32x4.pmax(x0, y0)); st(top + 16, f32x4.pmax(x1, y1));
}
/** S = exp(S - top) in place; sum[8 queries] = total of the rows. */
function expRows(s: usize, n: u32, top: usize, sum: usize): void {
  const x0 = ld(top), x1 = ld(top + 16);
  let t0 = f4(0), t1 = f4(0), p = s, j: u32 = 0;
  for (; j + 2 <= n; j += 2, p += 2 * SROW) {
    const a0 = vexpFast(sub(v128.load(p), x0)), a1 = vexpFast(sub(v128.load(p, 16), x1));
    const b0 = vexpFast(sub(v128.load(p, 128), x0)), b1 = vexpFast(sub(v128.load(p, 144), x1));
    v128.store(p, a0); v128.store(p, a1, 16); v128.store(p, b0, 128); v128.store(p, b1, 144);
    t0 = add(t0, add(a0, b0)); t1 = add(t1, add(a1, b1));
  }
  if (j < n) {
    const a0 = vexpFast(sub(v128.load(p), x0)), a1 = vexpFast(sub(v128.load(p, 16), x1));
    v128.store(p, a0); v128.store(p, a1, 16);
    t0 = add(t0, a0); t1 = add(t1, a1);
  }
  st(sum, t0); st(sum + 16, t1);
}

/** Bytes of scratch for both directions over S keys. */
export function attention_scratch(D: u32, S: u32): u32 {
  return max(rowScratch(S), 4 * (3 * BQ * D + 2 * BK * BQ + 4 * BQ + WORDS) + 64);
}

/**
 * y = dropout(softmax(scale q k^T, unseen keys left out)) v; lse[B, H, T] = log of the softmax's denominator.
 * A query that sees nothing gives 0 in both. mask is int32 [B, S] or 0; stream 0 means no dropout. Segments are int32
 * [B, S] or 0: with them T is S, and a query sees only keys of its own segment.
 */
export function attention(q: usize, k: usize, v: usize, y: usize, lse: usize, B: u32, H: u32, G: u32, T: u32,
    S: u32, D: u32,
  scale: f32, causal: u32, offset: i32, mask: usize, segments: usize, stream: usize, threshold: u32, keep: f32,
  scratch: usize): void {
  const R = ((H * D) as usize) << 2, KR = ((G * D) as usize) << 2, DR = (D as usize) << 2;
  const qt = scratch, s = at(qt, BQ * D), acc = at(s, BK * BQ), mrow = at(acc, BQ * D), lrow = at(mrow, BQ);
  const sum = at(lrow, BQ), words = at(sum, BQ);
  for (let b: u32 = 0; b < B; b++) for (let h: u32 = 0; h < H; h++) {
    const head = b * H + h, seen = mask ? at(mask, b * S) : 0, apart = segments ? at(segments, b * S) : 0;
    const qh = q + R * (b * T) + DR * h, yh = y + R * (b * T) + DR * h;
    const kh = k + KR * (b * S) + DR * (h / (H / G)), vh = v + KR * (b * S) + DR * (h / (H / G));
    if (T == 1 && !stream) {
      const n = causal ? max(0, min(S as i32, offset + 1)) as u32 : S;
      attendRow(qh, kh, vh, KR, n, D, scale, seen, yh, at(lse, head), scratch);
      continue;
    }
    for (let q0: u32 = 0; q0 < T; q0 += BQ) {
      const nq = min(BQ, T - q0), end = causal ? max(0, min(S as i32, offset + (q0 + nq) as i32)) as u32 : S;
      transpose8(qh + R * q0, R, nq, D, qt, scale);
      for (let i: u32 = 0; i < BQ; i += 4) { st(at(mrow, i), f4(MASKED)); st(at(lrow, i), f4(0)); }
      memory.fill(acc, 0, (BQ * D) << 2);
      for (let k0: u32 = 0; k0 < end; k0 += BK) {
        const kp = kh + KR * k0, vp = vh + KR * k0;
        for (let i: u32 = 0; i < nq; i += 8) {
          const position = offset + (q0 + i) as i32;
          const limit = causal ? max(0, min(end as i32, position + 8)) as u32 : end;
          if (limit <= k0) continue;
          const n = min(BK, limit - k0), si = at(s, i);
          if (!meet(apart, q0 + i, min(8, nq - i), k0, n)) continue;
          scores(kp, KR, S - k0, at(qt, i * D), D, si, n);
          const free = freeKeys(n, k0, position, causal, seen | apart);
          if (free < n) hideKeys(si, free, n, k0, position, causal, seen, apart, q0 + i, T, MASKED);
          const mi = at(mrow, i), li = at(lrow, i), m0 = ld(mi), m1 = ld(mi + 16);
          maxRows(si, n, mi);
          expRows(si, n, mi, sum);
          const a0 = vexpFast(sub(m0, ld(mi))), a1 = vexpFast(sub(m1, ld(mi + 16)));
          st(li, fma(ld(sum), ld(li), a0)); st(li + 16, fma(ld(sum + 16), ld(li + 16), a1));
          const row = (head as u64) * T + q0 + i;
          if (stream) dropBlock(si, n, row, min(8, nq - i), S, k0, threshold, keep, stream, words);
          const ai = at(acc, i * D);
          if (k0) {
            st(sum, a0); st(sum + 16, a1);
            for (let r: u32 = 0; r < 8; r++) {
              const f = v128.load_splat<f32>(at(sum, r));
              for (let p = at(ai, r * D), z = p + DR; p < z; p += 16) st(p, mul(ld(p), f));
            }
          }
          accumulate(si, vp, KR, n, ai, D);
        }
      }
      for (let i: u32 = 0; i < nq; i++) {
        const m = load<f32>(at(mrow, i)), l = load<f32>(at(lrow, i)), blind = m == MASKED;
        const f = f4(blind ? 0 : 1 / l), yp = yh + R * (q0 + i), ai = at(acc, i * D);
        for (let d: u32 = 0; d < D; d += 4) st(at(yp, d), mul(ld(at(ai, d)), f));
        store<f32>(at(lse, head * T + q0 + i), blind ? 0 : m + logf(l));
      }
    }
  }
}
