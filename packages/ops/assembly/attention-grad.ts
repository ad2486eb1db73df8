import { at, f4, fma, hsum, ld, mul, st, sub } from './simd';
import { vexpFast } from './exp';
import { addBias, addDiagonals, reverseBias, reversedAt, reversedLength, unreverse } from './attention-bias';
import {
  BK, BQ, FAR, SROW, WORDS, accumulate, accumulateT, afterNear, dropBlock, firstNear, freeKeys, hideKeys, meet, nextKey,
  openKeys, scores, transpose8,
} from './attention-blocks';

/** mrow[i] = log-sum-exp and delta[i] = dy . y of the block's queries. */
// @ts-ignore: decorator
@inline function rowSums(dy: usize, y: usize, R: usize, D: u32, nq: u32, lse: usize, mrow: usize, delta: usize): void {
  for (let i: u32 = 0; i < BQ; i++) {
    let t = f4(0);
    if (i < nq) for (let d: u32 = 0; d < D; d += 4) t = fma(t, ld(at(dy + R * i, d)), ld(at(y + R * i, d)));
    store<f32>(at(delta, i), hsum(t));
    store<f32>(at(mrow, i), i < nq ? load<f32>(at(lse, i)) : 0);
  }
}

/** From scores S and dy v^T in G (both [key][8 queries]): S = exp(S - lse), G = S (G - delta), in place. */
function gradientRows(s: usize, g: usize, n: u32, lse: usize, delta: usize): void {
  const m0 = ld(lse), m1 = ld(lse + 16), e0 = ld(delta), e1 = ld(delta + 16);
  for (let j: u32 = 0; j < n; j += 2, s += 2 * SROW, g += 2 * SROW) {
    const p0 = vexpFast(sub(v128.load(s), m0)), p1 = vexpFast(sub(v128.load(s, 16), m1));
    const r0 = vexpFast(sub(v128.load(s, 128), m0)), r1 = vexpFast(sub(v128.load(s, 144), m1));
    v128.store(s, p0); v128.store(s, p1, 16); v128.store(s, r0, 128); v128.store(s, r1, 144);
    v128.store(g, mul(p0, sub(v128.load(g), e0))); v128.store(g, mul(p1, sub(v128.load(g, 16), e1)), 16);
    v128.store(g, mul(r0, sub(v128.load(g, 128), e0)), 128); v128.store(g, mul(r1, sub(v128.load(g, 144), e1)), 144);
  }
}

/** n rows of `bytes` bytes, `pitch` bytes apart, become 0. */
// @ts-ignore: decorator
@inline function clearRows(p: usize, pitch: usize, n: u32, bytes: usize): void {
  for (let r = n; r; r--, p += pitch) for (let i: usize = 0; i < bytes; i += 16) st(p + i, f4(0));
}
/** n rows of `bytes` bytes, `pitch` bytes apart, are multiplied by `factor`. */
// @ts-ignore: decorator
@inline function scaleRows(p: usize, pitch: usize, n: u32, bytes: usize, factor: v128): void {
  for (let r = n; r; r--, p += pitch) for (let i: usize = 0; i < bytes; i += 16) st(p + i, mul(ld(p + i), factor));
}

/**
 * dq, dk, dv (shaped as q, k, v; overwritten) from dy and what `attention` returned; other arguments as there. dbias
 * [B, H, T + S - 1] may be 0; its sum over the first axis is the gradient of the bias.
 */
export function attention_grad(q: usize, k: usize, v: usize, y: usize, dy: usize, lse: usize, dq: usize, dk: usize,
    dv: usize, dbias: usize,
  u0: u32, u1: u32, H: u32, G: u32, T: u32, S: u32, D: u32, scale: f32, before: i32, after: i32, offset: i32, prefix: usize,
  mask: usize, segments: usize, bias: usize, stream: usize, threshold: u32, keep: f32, scratch: usize): void {
  const R = ((H * D) as usize) << 2, KR = ((G * D) as usize) << 2, DR = (D as usize) << 2, SC = f4(scale);
  const qt = scratch, dt = at(qt, BQ * D), s = at(dt, BQ * D), ds = at(s, BK * BQ), acc = at(ds, BK * BQ);
  const mrow = at(acc, BQ * D), delta = at(mrow, BQ), words = at(delta, BQ), reversed = at(words, WORDS);
  const sums = at(reversed, reversedLength(T, S)), diagonals = T + S - 1;
  const group = H / G;
  for (let u = u0; u < u1; u++) {
    const keys = KR * (u / G * S) + DR * (u % G);
    clearRows(dk + keys, KR, S, DR); clearRows(dv + keys, KR, S, DR);
  }
  for (let head = u0 * group; head < u1 * group; head++) {
    const b = head / H, h = head % H, seen = mask ? at(mask, b * S) : 0, apart = segments ? at(segments, b * S) : 0;
    const own = R * (b * T) + DR * h, shared = KR * (b * S) + DR * (h / group), open = openKeys(prefix, b, S);
    if (bias) reverseBias(at(bias, diagonals * h), diagonals, reversed);
    if (dbias) memory.fill(sums, 0, reversedLength(T, S) << 2);
    for (let q0: u32 = 0; q0 < T; q0 += BQ) {
      const nq = min(BQ, T - q0), start = offset + q0 as i32, near = firstNear(start, before);
      const end = max(open, afterNear(start + nq as i32 - 1, after, S));
      const block = own + R * q0, qp = q + block, dyp = dy + block;
      transpose8(qp, R, nq, D, qt, scale);
      transpose8(dyp, R, nq, D, dt, 1);
      rowSums(dyp, y + block, R, D, nq, at(lse, head * T + q0), mrow, delta);
      memory.fill(acc, 0, (BQ * D) << 2);
      for (let k0 = nextKey(0, open, near), n: u32 = 0; k0 < end; k0 = nextKey(k0 + n, open, near)) {
        const inside = k0 < open, back = inside ? FAR : before, ahead = inside ? FAR : after;
        const keys = shared + KR * k0, kp = k + keys, vp = v + keys;
        n = min(BK, (inside ? open : end) - k0);
        if (!meet(apart, q0, nq, k0, n)) continue;
        // of the keys of this block, query 0 sees those between
        const low = start - k0 as i32 - back, high = start - k0 as i32 + ahead;
        for (let i: u32 = high < 0 ? -high & ~7 : 0; i < nq; i += 8) {
          // keys that one of these 8 queries sees, in fours
          const from = max(0, low + i as i32) & ~3, to = min(n as i32, (high + i as i32 + 11) & ~3);
          if (from >= to) continue;
          const si = at(s, i) + from * SROW, di = at(ds, i) + from * SROW, m = to - from as u32, j0 = k0 + from;
          scores(kp + KR * from, KR, S - j0, at(qt, i * D), D, si, m);
          scores(vp + KR * from, KR, S - j0, at(dt, i * D), D, di, m);
          const row = (head as u64) * T + q0 + i, nr = min(8, nq - i), position = start + i as i32;
          const free = freeKeys(m, j0, position, back, ahead, seen | apart);
          if (bias) addBias(si, m, reversedAt(reversed, q0 + i, j0, S));
          if (stream) dropBlock(di, m, row, nr, S, j0, threshold, keep, stream, words);
          gradientRows(si, di, m, at(mrow, i), at(delta, i));
          if (free < m) {
            hideKeys(si, free, m, j0, position, back, ahead, seen, apart, q0 + i, T, 0);
            hideKeys(di, free, m, j0, position, back, ahead, seen, apart, q0 + i, T, 0);
          }
          if (dbias) addDiagonals(di, m, nr, reversedAt(sums, q0 + i, j0, S));
          if (stream) dropBlock(si, m, row, nr, S, j0, threshold, keep, stream, words);
          accumulate(di, kp + KR * from, KR, m, at(acc, i * D), D);
        }
        for (let j: u32 = 0; j < n; j += 4) {
          // queries that see one of these 4 keys, in eights
          const f = high < (j as i32) ? (j as i32 - high) & ~7 : 0, l = min(nq as i32, ((j as i32 + 3 - low) & ~7) + 8);
          if (f >= l) continue;
          const sj = at(s, f) + j * SROW, dj = at(ds, f) + j * SROW, o = keys + KR * j;
          accumulateT(sj, dyp + R * f, R, l - f, dv + o, KR, D, n - j);
          accumulateT(dj, qp + R * f, R, l - f, dk + o, KR, D, n - j);
        }
      }
      for (let i: u32 = 0; i < nq; i++)
        for (let d: u32 = 0; d < D; d += 4) st(at(dq + block + R * i, d), mul(ld(at(acc, i * D + d)), SC));
    }
    if (dbias) unreverse(sums, diagonals, at(dbias, diagonals * head));
  }
  for (let u = u0; u < u1; u++) scaleRows(dk + KR * (u / G * S) + DR * (u % G), KR, S, DR, SC);
}
