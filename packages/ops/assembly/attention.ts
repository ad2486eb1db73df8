import { add, at, f4, fma, ld, mul, st, sub } from './simd';
import { logf, vexpFast } from './exp';
import { attendRow, rowScratch } from './attention-row';
import { addBias, reverseBias, reversedAt, reversedLength } from './attention-bias';
import {
  BK, BQ, FAR, MASKED, SROW, WORDS, accumulate, afterNear, dropBlock, firstNear, freeKeys, hideKeys, meet, nextKey,
  openKeys, scores, transpose8,
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

/** Bytes of scratch for both directions of T queries over S keys. */
export function attention_scratch(D: u32, T: u32, S: u32): u32 {
  return max(rowScratch(S), 4 * (3 * BQ * D + 2 * BK * BQ + 4 * BQ + WORDS + 2 * reversedLength(T, S)) + 64);
}

/**
 * y = dropout(softmax(scale q k^T + bias, unseen keys left out)) v; lse[B, H, T] = log of the softmax's denominator.
 * A query that sees nothing gives 0 in both.
 *
 * A query sees keys from `before` places before its own to `after` places after it (FAR: all), and the first prefix[b]
 * (int32 [B]). mask is int32 [B, S]. Segments are int32 [B, S]: with them T is S, and a query sees only keys of its own
 * segment. bias is [H, T + S - 1]. Each of the four may be 0; stream 0 means no dropout.
 *
 * Of the B * G pairs of a text and a key head those from u0 up to u1 are computed, each with all its query heads.
 */
export function attention(q: usize, k: usize, v: usize, y: usize, lse: usize, u0: u32, u1: u32, H: u32, G: u32, T: u32,
    S: u32, D: u32,
  scale: f32, before: i32, after: i32, offset: i32, prefix: usize, mask: usize, segments: usize, bias: usize,
  stream: usize, threshold: u32, keep: f32, scratch: usize): void {
  const R = ((H * D) as usize) << 2, KR = ((G * D) as usize) << 2, DR = (D as usize) << 2;
  const qt = scratch, s = at(qt, BQ * D), acc = at(s, BK * BQ), mrow = at(acc, BQ * D), lrow = at(mrow, BQ);
  const sum = at(lrow, BQ), words = at(sum, BQ), reversed = at(words, WORDS), diagonals = T + S - 1;
  const group = H / G;
  for (let head = u0 * group; head < u1 * group; head++) {
    const b = head / H, h = head % H, seen = mask ? at(mask, b * S) : 0, apart = segments ? at(segments, b * S) : 0;
    const qh = q + R * (b * T) + DR * h, yh = y + R * (b * T) + DR * h;
    const kh = k + KR * (b * S) + DR * (h / group), vh = v + KR * (b * S) + DR * (h / group);
    const open = openKeys(prefix, b, S), slope = bias ? at(bias, diagonals * h) : 0;
    if (T == 1 && !stream) {
      const first = firstNear(offset, before), beyond = afterNear(offset, after, S), empty = first >= beyond;
      if (!open || first <= open || empty) {
        const j = open || empty ? 0 : first, n = (empty ? open : max(open, beyond)) - j;
        attendRow(qh, kh + KR * j, vh + KR * j, KR, n, D, scale, seen ? at(seen, j) : 0, slope ? at(slope, j) : 0, yh,
          at(lse, head), scratch);
        continue;
      }
    }
    if (slope) reverseBias(slope, diagonals, reversed);
    for (let q0: u32 = 0; q0 < T; q0 += BQ) {
      const nq = min(BQ, T - q0), start = offset + q0 as i32, near = firstNear(start, before);
      const end = max(open, afterNear(start + nq as i32 - 1, after, S));
      transpose8(qh + R * q0, R, nq, D, qt, scale);
      for (let i: u32 = 0; i < BQ; i += 4) { st(at(mrow, i), f4(MASKED)); st(at(lrow, i), f4(0)); }
      memory.fill(acc, 0, (BQ * D) << 2);
      let fresh = true;
      for (let block = nextKey(0, open, near); block < end;) {
        // all keys of the prefix are near; no block reaches beyond it
        const inside = block < open, stop = min(block + BK, inside ? open : end);
        const back = inside ? FAR : before, ahead = inside ? FAR : after;
        for (let i: u32 = 0; i < nq; i += 8) {
          const position = start + i as i32, k0 = max(block, firstNear(position, back));
          const limit = min(stop, afterNear(position + 7, ahead, S));
          if (limit <= k0) continue;
          const n = limit - k0, si = at(s, i);
          if (!meet(apart, q0 + i, min(8, nq - i), k0, n)) continue;
          scores(kh + KR * k0, KR, S - k0, at(qt, i * D), D, si, n);
          if (slope) addBias(si, n, reversedAt(reversed, q0 + i, k0, S));
          const free = freeKeys(n, k0, position, back, ahead, seen | apart);
          if (free < n) hideKeys(si, free, n, k0, position, back, ahead, seen, apart, q0 + i, T, MASKED);
          const mi = at(mrow, i), li = at(lrow, i), m0 = ld(mi), m1 = ld(mi + 16);
          maxRows(si, n, mi);
          expRows(si, n, mi, sum);
          const a0 = vexpFast(sub(m0, ld(mi))), a1 = vexpFast(sub(m1, ld(mi + 16)));
          st(li, fma(ld(sum), ld(li), a0)); st(li + 16, fma(ld(sum + 16), ld(li + 16), a1));
          const row = (head as u64) * T + q0 + i;
          if (stream) dropBlock(si, n, row, min(8, nq - i), S, k0, threshold, keep, stream, words);
          const ai = at(acc, i * D);
          if (!fresh) {
            st(sum, a0); st(sum + 16, a1);
            for (let r: u32 = 0; r < 8; r++) {
              const f = v128.load_splat<f32>(at(sum, r));
              for (let p = at(ai, r * D), z = p + DR; p < z; p += 16) st(p, mul(ld(p), f));
            }
          }
          accumulate(si, vh + KR * k0, KR, n, ai, D);
        }
        fresh = false;
        block = nextKey(stop, open, near);
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
