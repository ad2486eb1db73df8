import { add, at, f4, firstLanes, fma, hsum, ld, ldTail, mul, st, stTail, sub } from './simd';
import { addRow } from './rows';
// Layer normalisation over rows of C elements, any C. bias (and dbias) may be 0: there is none. Four sums at a time, as each waits
// for its last addition.

/**
 * y = (x - mean) * rstd * gain + bias; mean and rstd are kept per row for the gradient. Unless residual is 0, x is first
 * replaced by sum = x + residual.
 */
export function layer_norm(x: usize, residual: usize, sum: usize, gain: usize, bias: usize, y: usize, means: usize,
    rstds: usize, rows: u32, C: u32, eps: f32): void {
  const row = (C as usize) << 2, C4 = C & ~3, rest = C & 3, real = firstLanes(rest);
  for (let r: u32 = 0; r < rows; r++, x += row, y += row, means += 4, rstds += 4) {
    const from = x;
    if (residual) { addRow(x, residual, sum, C); x = sum; residual += row; sum += row; }
    let s = f4(0), q = f4(0), s1 = s, s2 = s, s3 = s, q1 = q, q2 = q, q3 = q, j: u32 = 0;
    for (; j + 16 <= C; j += 16) {
      const p = at(x, j);
      s = add(s, ld(p)); s1 = add(s1, ld(p + 16)); s2 = add(s2, ld(p + 32)); s3 = add(s3, ld(p + 48));
    }
    for (; j < C4; j += 4) s = add(s, ld(at(x, j)));
    s = add(add(s, s1), add(s2, s3));
    if (rest) s = add(s, ldTail(at(x, C4), rest));
    const mean = hsum(s) / (C as f32), mu = f4(mean);
    for (j = 0; j + 16 <= C; j += 16) {
      const p = at(x, j), d = sub(ld(p), mu), d1 = sub(ld(p + 16), mu), d2 = sub(ld(p + 32), mu), d3 = sub(ld(p + 48), mu);
      q = fma(q, d, d); q1 = fma(q1, d1, d1); q2 = fma(q2, d2, d2); q3 = fma(q3, d3, d3);
    }
    for (; j < C4; j += 4) { const d = sub(ld(at(x, j)), mu); q = fma(q, d, d); }
    q = add(add(q, q1), add(q2, q3));
    if (rest) { const d = v128.and(sub(ldTail(at(x, C4), rest), mu), real); q = fma(q, d, d); }
    const rstd = <f32>1 / sqrt<f32>(hsum(q) / (C as f32) + eps), is = f4(rstd);
    for (let j: u32 = 0; j < C4; j += 4) {
      const h = mul(mul(sub(ld(at(x, j)), mu), is), ld(at(gain, j)));
      st(at(y, j), bias ? add(h, ld(at(bias, j))) : h);
    }
    if (rest) {
      const h = mul(mul(sub(ldTail(at(x, C4), rest), mu), is), ldTail(at(gain, C4), rest));
      stTail(at(y, C4), bias ? add(h, ldTail(at(bias, C4), rest)) : h, rest);
    }
    store<f32>(means, mean); store<f32>(rstds, rstd);
    x = from;
  }
}

/** dx (plus dsum unless that is 0), and the sums over rows dgain and dbias (overwritten). */
export function layer_norm_grad(x: usize, gain: usize, dy: usize, dsum: usize, dx: usize, dgain: usize, dbias: usize,
    means: usize, rstds: usize, rows: u32, C: u32): void {
  const row = (C as usize) << 2, C4 = C & ~3, rest = C & 3, ic: f32 = 1 / (C as f32);
  memory.fill(dgain, 0, row);
  if (dbias) memory.fill(dbias, 0, row);
  for (let r: u32 = 0; r < rows; r++, x += row, dy += row, dx += row, means += 4, rstds += 4) {
    const mu = v128.load_splat<f32>(means), is = v128.load_splat<f32>(rstds);
    let a = f4(0), b = f4(0);
    for (let j: u32 = 0; j < C4; j += 4) {
      const h = mul(sub(ld(at(x, j)), mu), is), d = ld(at(dy, j)), g = mul(d, ld(at(gain, j)));
      a = add(a, g); b = fma(b, g, h);
      st(at(dgain, j), fma(ld(at(dgain, j)), d, h));
      if (dbias) st(at(dbias, j), add(ld(at(dbias, j)), d));
    }
    if (rest) {                                // lanes past the row are 0 in dy, so they add nothing
      const h = mul(sub(ldTail(at(x, C4), rest), mu), is), d = ldTail(at(dy, C4), rest);
      const g = mul(d, ldTail(at(gain, C4), rest));
      a = add(a, g); b = fma(b, g, h);
      stTail(at(dgain, C4), fma(ldTail(at(dgain, C4), rest), d, h), rest);
      if (dbias) stTail(at(dbias, C4), add(ldTail(at(dbias, C4), rest), d), rest);
    }
    const ma = f4(hsum(a) * ic), mb = f4(hsum(b) * ic);
    for (let j: u32 = 0; j < C4; j += 4) {
      const h = mul(sub(ld(at(x, j)), mu), is), g = mul(ld(at(dy, j)), ld(at(gain, j)));
      st(at(dx, j), mul(is, sub(sub(g, ma), mul(h, mb))));
    }
    if (rest) {
      const h = mul(sub(ldTail(at(x, C4), rest), mu), is);
      const g = mul(ldTail(at(dy, C4), rest), ldTail(at(gain, C4), rest));
      stTail(at(dx, C4), mul(is, sub(sub(g, ma), mul(h, mb))), rest);
    }
    if (dsum) { addRow(dx, dsum, dx, C); dsum += row; }
  }
}
