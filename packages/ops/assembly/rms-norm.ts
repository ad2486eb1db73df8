import { at, f4, fma, hsum, ld, ldTail, mul, st, stTail, sub } from './simd';
import { addRow } from './rows';
// Root-mean-square normalisation over rows of C elements, any C.

/**
 * y = x * rstd * gain with rstd = 1 / sqrt(mean(x^2) + eps), which is kept per row for the gradient. Unless residual is 0, x is
 * first replaced by sum = x + residual.
 */
export function rms_norm(x: usize, residual: usize, sum: usize, gain: usize, y: usize, rstds: usize, rows: u32, C: u32,
    eps: f32): void {
  const row = (C as usize) << 2, C4 = C & ~3, rest = C & 3;
  for (let r: u32 = 0; r < rows; r++, x += row, y += row, rstds += 4) {
    const from = x;
    if (residual) { addRow(x, residual, sum, C); x = sum; residual += row; sum += row; }
    let q = f4(0);
    for (let j: u32 = 0; j < C4; j += 4) { const v = ld(at(x, j)); q = fma(q, v, v); }
    if (rest) { const v = ldTail(at(x, C4), rest); q = fma(q, v, v); }
    const rstd = <f32>1 / sqrt<f32>(hsum(q) / (C as f32) + eps), is = f4(rstd);
    for (let j: u32 = 0; j < C4; j += 4) st(at(y, j), mul(mul(ld(at(x, j)), is), ld(at(gain, j))));
    if (rest) stTail(at(y, C4), mul(mul(ldTail(at(x, C4), rest), is), ldTail(at(gain, C4), rest)), rest);
    store<f32>(rstds, rstd);
    x = from;
  }
}

/** dx (plus dsum unless that is 0), and dgain, the sum over rows (overwritten). */
export function rms_norm_grad(x: usize, gain: usize, dy: usize, dsum: usize, dx: usize, dgain: usize, rstds: usize,
    rows: u32, C: u32): void {
  const row = (C as usize) << 2, C4 = C & ~3, rest = C & 3, ic: f32 = 1 / (C as f32);
  memory.fill(dgain, 0, row);
  for (let r: u32 = 0; r < rows; r++, x += row, dy += row, dx += row, rstds += 4) {
    const is = v128.load_splat<f32>(rstds);
    let b = f4(0);
    for (let j: u32 = 0; j < C4; j += 4) {
      const h = mul(ld(at(x, j)), is), d = ld(at(dy, j));
      b = fma(b, mul(d, ld(at(gain, j))), h);
      st(at(dgain, j), fma(ld(at(dgain, j)), d, h));
    }
    if (rest) {
      const h = mul(ldTail(at(x, C4), rest), is), d = ldTail(at(dy, C4), rest);
      b = fma(b, mul(d, ldTail(at(gain, C4), rest)), h);
      stTail(at(dgain, C4), fma(ldTail(at(dgain, C4), rest), d, h), rest);
    }
    const mb = f4(hsum(b) * ic);
    for (let j: u32 = 0; j < C4; j += 4) {
      const h = mul(ld(at(x, j)), is), g = mul(ld(at(dy, j)), ld(at(gain, j)));
      st(at(dx, j), mul(is, sub(g, mul(h, mb))));
    }
    if (rest) {
      const h = mul(ldTail(at(x, C4), rest), is), g = mul(ldTail(at(dy, C4), rest), ldTail(at(gain, C4), rest));
      stTail(at(dx, C4), mul(is, sub(g, mul(h, mb))), rest);
    }
    if (dsum) { addRow(dx, dsum, dx, C); dsum += row; }
  }
}
