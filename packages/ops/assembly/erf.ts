import { div, f4, fma, mul } from './simd';
import { vexpFast } from './exp';
// The normal distribution on four lanes.

/** erf, the rational approximation of Eigen: absolute error 1.5e-7. */
// @ts-ignore: decorator
@inline function verf(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, f4(-4)), f4(4));
  const z = mul(x, x);
  let p = fma(f4(2.77068142495902e-8), f4(-2.72614225801306e-10), z);
  p = fma(f4(-2.10102402082508e-6), p, z);
  p = fma(f4(-5.69250639462346e-5), p, z);
  p = fma(f4(-7.34990630326855e-4), p, z);
  p = fma(f4(-2.95459980854025e-3), p, z);
  p = fma(f4(-1.60960333262415e-2), p, z);
  let q = fma(f4(-2.13374055278905e-4), f4(-1.45660718464996e-5), z);
  q = fma(f4(-1.68282697438203e-3), q, z);
  q = fma(f4(-7.37332916720468e-3), q, z);
  q = fma(f4(-1.42647390514189e-2), q, z);
  return div(mul(x, p), q);
}

/** Probability that a standard normal is below x; exactly 0 below -5.5, where it is less than 2e-8. */
// @ts-ignore: decorator
@inline export function normalCdf(x: v128): v128 {
  const half = f4(0.5), cdf = fma(half, half, verf(mul(x, f4(0.7071067811865476))));
  return v128.andnot(cdf, f32x4.lt(x, f4(-5.5)));
}
/** Its density. */
// @ts-ignore: decorator
@inline export function normalDensity(x: v128): v128 {
  return mul(f4(0.3989422804014327), vexpFast(mul(mul(x, x), f4(-0.5))));
}
