import { add, at, f4, fma, ld, mul, st, sub } from './simd';
import { logf, vexpFast } from './exp';
import { BK, BQ, MASKED, SROW, WORDS, accumulate, dropBlock, keyLane, lastKeys, scores, transpose8 } from './attention-blocks';
// Attention in blocks with an online softmax (Dao 2022), on packed heads: q and y [B, T, H * D], k and v [B, S, G * D],
// D a multiple of 8. Query head h reads key head h / (H / G). Query t stands at position offset + t of the key axis.

/** Sets the scores of unseen keys and returns through `top` the running maxima of 8 queries. */
// @ts-ignore: decorator
@inline function maskAndMax(s: usize, end: usize, top: usize, k0: u32, mask: usize, l0: v128, l1: v128): void {
  let x0 = ld(top), x1 = ld(top + 16);
  for (let p = s, key = k0; p < end; p += SROW, key++) {
    const lane = keyLane(key, mask), hidden = f4(MASKED);
    const a0 = v128.bitselect(hidden, v128.load(p), i32x4.gt_s(lane, l0)), a1 = v128.bitselect(hidden, v128.load(p, 16), i32x4.gt_s(lane, l1));
    v128.store(p, a0); v128.store(p, a1, 16);
    x0 = f32x4.pmax(x0, a0); x1 = f32x4.pmax(x1, a1);
  }
  st(top, x0); st(top + 16, x1);
}
// @ts-ignore: decorator
@inline function maxOnly(s: usize, end: usize, top: usize): void {
  let x0 = ld(top), x1 = ld(top + 16);
  for (let p = s; p < end; p += SROW) { x0 = f32x4.pmax(x0, v128.load(p)); x1 = f32x4.pmax(x1, v128.load(p, 16)); }
  st(top, x0); st(top + 16, x1);
}

/** Bytes of scratch for both directions. */
export function attention_scratch(D: u32): u32 { return 4 * (3 * BQ * D + 2 * BK * BQ + 4 * BQ + WORDS) + 64; }

/**
 * y = dropout(softmax(scale q k^T, unseen keys left out)) v; lse[B, H, T] = log of the softmax's denominator.
 * A query that sees nothing gives 0 in both. mask is int32 [B, S] or 0; stream 0 means no dropout.
 */
export function attention(q: usize, k: usize, v: usize, y: usize, lse: usize, B: u32, H: u32, G: u32, T: u32, S: u32, D: u32,
  scale: f32, causal: u32, offset: i32, mask: usize, stream: usize, threshold: u32, keep: f32, scratch: usize): void {
  const R = ((H * D) as usize) << 2, KR = ((G * D) as usize) << 2, DR = (D as usize) << 2;
  const qt = scratch, s = at(qt, BQ * D), acc = at(s, BK * BQ), mrow = at(acc, BQ * D), lrow = at(mrow, BQ), top = at(lrow, BQ), words = at(top, BQ);
  for (let b: u32 = 0; b < B; b++) for (let h: u32 = 0; h < H; h++) {
    const head = b * H + h, seen = mask ? at(mask, b * S) : 0;
    const qh = q + R * (b * T) + DR * h, yh = y + R * (b * T) + DR * h;
    const kh = k + KR * (b * S) + DR * (h / (H / G)), vh = v + KR * (b * S) + DR * (h / (H / G));
    for (let q0: u32 = 0; q0 < T; q0 += BQ) {
      const nq = min(BQ, T - q0), end = causal ? max(0, min(S as i32, offset + (q0 + nq) as i32)) as u32 : S;
      transpose8(qh + R * q0, R, nq, D, qt, scale);
      for (let i: u32 = 0; i < BQ; i += 4) { st(at(mrow, i), f4(MASKED)); st(at(lrow, i), f4(0)); }
      memory.fill(acc, 0, (BQ * D) << 2);
      for (let k0: u32 = 0; k0 < end; k0 += BK) {
        const kp = kh + KR * k0, vp = vh + KR * k0;
        for (let i: u32 = 0; i < nq; i += 8) {
          const position = offset + (q0 + i) as i32, limit = causal ? max(0, min(end as i32, position + 8)) as u32 : end;
          if (limit <= k0) continue;
          const n = min(BK, limit - k0), si = at(s, i), e = si + n * SROW;
          scores(kp, KR, S - k0, at(qt, i * D), D, si, n);
          const m0 = ld(at(mrow, i)), m1 = ld(at(mrow, i + 4));
          st(top, m0); st(top + 16, m1);
          if (seen || (causal && (k0 + n) as i32 > position)) maskAndMax(si, e, top, k0, seen, lastKeys(position, causal), lastKeys(position + 4, causal));
          else maxOnly(si, e, top);
          const x0 = ld(top), x1 = ld(top + 16);
          let t0 = f4(0), t1 = f4(0);
          for (let p = si; p < e; p += SROW) {
            const e0 = vexpFast(sub(v128.load(p), x0)), e1 = vexpFast(sub(v128.load(p, 16), x1));
            v128.store(p, e0); v128.store(p, e1, 16); t0 = add(t0, e0); t1 = add(t1, e1);
          }
          const a0 = vexpFast(sub(m0, x0)), a1 = vexpFast(sub(m1, x1));
          st(at(lrow, i), fma(t0, ld(at(lrow, i)), a0)); st(at(lrow, i + 4), fma(t1, ld(at(lrow, i + 4)), a1));
          st(at(mrow, i), x0); st(at(mrow, i + 4), x1);
          if (stream) dropBlock(si, n, (head as u64) * T + q0 + i, min(8, nq - i), S, k0, threshold, keep, stream, words);
          const ai = at(acc, i * D);
          if (k0) {
            st(top, a0); st(top + 16, a1);
            for (let r: u32 = 0; r < 8; r++) {
              const f = v128.load_splat<f32>(at(top, r));
              for (let p = at(ai, r * D), z = p + DR; p < z; p += 16) st(p, mul(ld(p), f));
            }
          }
          for (let d: u32 = 0; d < D; d += 8) {
            accumulate(si, at(vp, d), KR, n, at(ai, d), DR);
            accumulate(si + 16, at(vp, d), KR, n, at(ai, d) + 4 * DR, DR);
          }
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
