import { add, at, div, f4, fma, hsum, ld, ldTail, mul, st, stTail, sub } from './simd';
// Optimizer kernels over a table with one row per tensor, 24 bytes: the addresses (u32) of parameter, gradient, first
// and second moment, the number of elements (u32), the weight decay (f32).
const ROW: usize = 24;

/**
 * In-place AdamW (Loshchilov and Hutter 2019, as PyTorch rounds it) on every tensor of the table.
 * rate = learning rate, stepSize = rate / (1 - beta1^t), root = sqrt(1 - beta2^t); gradients are multiplied by scale.
 */
export function adamw(table: usize, count: u32, rate: f64, stepSize: f32, root: f32, beta1: f64, beta2: f64,
    eps: f32, scale: f32): void {
  const B2 = f4(beta2 as f32), C1 = f4((1 - beta1) as f32), C2 = f4((1 - beta2) as f32);
  const L = f4(stepSize), R = f4(root), E = f4(eps), G = f4(scale);
  for (let t: u32 = 0; t < count; t++, table += ROW) {
    const p = load<u32>(table) as usize, g = load<u32>(table, 4) as usize, m = load<u32>(table, 8) as usize;
    const v = load<u32>(table, 12) as usize;
    const n = load<u32>(table, 16), D = f4((1 - rate * load<f32>(table, 20)) as f32);
    let i: u32 = 0;
    for (; i + 4 <= n; i += 4) {
      const gi = mul(ld(at(g, i)), G), m0 = ld(at(m, i));
      const mi = fma(m0, C1, sub(gi, m0)), vi = fma(mul(B2, ld(at(v, i))), mul(C2, gi), gi);
      st(at(m, i), mi); st(at(v, i), vi);
      st(at(p, i), sub(mul(ld(at(p, i)), D), div(mul(mi, L), add(div(f32x4.sqrt(vi), R), E))));
    }
    if (i < n) {
      const r = n - i, gi = mul(ldTail(at(g, i), r), G), m0 = ldTail(at(m, i), r);
      const mi = fma(m0, C1, sub(gi, m0)), vi = fma(mul(B2, ldTail(at(v, i), r)), mul(C2, gi), gi);
      stTail(at(m, i), mi, r); stTail(at(v, i), vi, r);
      stTail(at(p, i), sub(mul(ldTail(at(p, i), r), D), div(mul(mi, L), add(div(f32x4.sqrt(vi), R), E))), r);
    }
  }
}

/** Sum of the squares of n elements, in f64 across chunks of 4096. */
export function sum_squares(x: usize, n: u32): f64 {
  let total: f64 = 0;
  for (let c: u32 = 0; c < n; c += 4096) {
    const end = min(n, c + 4096);
    let s = f4(0), i = c;
    for (; i + 4 <= end; i += 4) { const v = ld(at(x, i)); s = fma(s, v, v); }
    if (i < end) { const v = ldTail(at(x, i), end - i); s = fma(s, v, v); }
    total += hsum(s) as f64;
  }
  return total;
}
