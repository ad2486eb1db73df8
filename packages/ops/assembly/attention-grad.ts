import { at, f4, fma, hsum, ld, mul, st, sub } from './simd';
import { vexpFast } from './exp';
import {
  BK, BQ, SROW, accumulate, accumulateT, dropBlock, freeKeys, hideKeys, meet, scores, transpose8,
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

/** dq, dk, dv (shaped as q, k, v; overwritten) from dy and what `attention` returned; other arguments as there. */
export function attention_grad(q: usize, k: usize, v: usize, y: usize, dy: usize, lse: usize, dq: usize, dk: usize,
    dv: usize,
  B: u32, H: u32, G: u32, T: u32, S: u32, D: u32, scale: f32, causal: u32, offset: i32, mask: usize,
  segments: usize, stream: usize, threshold: u32, keep: f32, scratch: usize): void {
  const R = ((H * D) as usize) << 2, KR = ((G * D) as usize) << 2, DR = (D as usize) << 2, SC = f4(scale);
  const qt = scratch, dt = at(qt, BQ * D), s = at(dt, BQ * D), ds = at(s, BK * BQ), acc = at(ds, BK * BQ);
  const mrow = at(acc, BQ * D), delta = at(mrow, BQ), words = at(delta, BQ);
  memory.fill(dk, 0, KR * B * S); memory.fill(dv, 0, KR * B * S);
  for (let b: u32 = 0; b < B; b++) for (let h: u32 = 0; h < H; h++) {
    const head = b * H + h, seen = mask ? at(mask, b * S) : 0, apart = segments ? at(segments, b * S) : 0;
    const own = R * (b * T) + DR * h, shared = KR * (b * S) + DR * (h / (H / G));
    for (let q0: u32 = 0; q0 < T; q0 += BQ) {
      const nq = min(BQ, T - q0), start = offset + q0 as i32;
      const end = causal ? max(0, min(S as i32, start + nq as i32)) as u32 : S;
      const block = own + R * q0, qp = q + block, dyp = dy + block;
      transpose8(qp, R, nq, D, qt, scale);
      transpose8(dyp, R, nq, D, dt, 1);
      rowSums(dyp, y + block, R, D, nq, at(lse, head * T + q0), mrow, delta);
      memory.fill(acc, 0, (BQ * D) << 2);
      for (let k0: u32 = 0; k0 < end; k0 += BK) {
        const keys = shared + KR * k0, kp = k + keys, vp = v + keys, n = min(BK, end - k0);
        if (!meet(apart, q0, nq, k0, n)) continue;
        const ahead = causal ? start - k0 as i32 : 0x3fffffff;   // how far query 0 of the block stands beyond key 0
        const first: u32 = ahead < 0 ? -ahead & ~7 : 0;          // queries before it see no key of this block
        for (let i = first; i < nq; i += 8) {
          const si = at(s, i), di = at(ds, i);
          // keys that one of these 8 queries sees, in fours
          const m = min(n as i32, (ahead + i as i32 + 11) & ~3) as u32;
          scores(kp, KR, S - k0, at(qt, i * D), D, si, m);
          scores(vp, KR, S - k0, at(dt, i * D), D, di, m);
          const row = (head as u64) * T + q0 + i, nr = min(8, nq - i), position = start + i as i32;
          const free = freeKeys(m, k0, position, causal, seen | apart);
          if (stream) dropBlock(di, m, row, nr, S, k0, threshold, keep, stream, words);
          gradientRows(si, di, m, at(mrow, i), at(delta, i));
          if (free < m) {
            hideKeys(si, free, m, k0, position, causal, seen, apart, q0 + i, T, 0);
            hideKeys(di, free, m, k0, position, causal, seen, apart, q0 + i, T, 0);
          }
          if (stream) dropBlock(si, m, row, nr, S, k0, threshold, keep, stream, words);
          accumulate(di, kp, KR, m, at(acc, i * D), D);
        }
        for (let j: u32 = 0; j < n; j += 4) {
          const f: u32 = ahead < (j as i32) ? (j as i32 - ahead) & ~7 : 0;
          const sj = at(s, f) + j * SROW, dj = at(ds, f) + j * SROW, o = keys + KR * j;
          accumulateT(sj, dyp + R * f, R, nq - f, dv + o, KR, D, n - j);
          accumulateT(dj, qp + R * f, R, nq - f, dk + o, KR, D, n - j);
        }
      }
      for (let i: u32 = 0; i < nq; i++)
        for (let d: u32 = 0; d < D; d += 4) st(at(dq + block + R * i, d), mul(ld(at(acc, i * D + d)), SC));
    }
  }
  for (let p = dk, z = dk + KR * B * S; p < z; p += 16) st(p, mul(ld(p), SC));
}
