import { div, f4, fma, mul, sub } from './simd';
import { vexpFast } from './exp';
// The normal distribution on four lanes, after Cephes ndtrf.

// @ts-ignore: decorator
@inline function erfPoly(z: v128): v128 {
  let p = fma(f4(-8.010193625184903e-4), f4(7.853861353153693e-5), z);
  p = fma(f4(5.188327685732524e-3), p, z);
  p = fma(f4(-2.685381193529856e-2), p, z);
  p = fma(f4(1.128358514861418e-1), p, z);
  p = fma(f4(-3.761262582423300e-1), p, z);
  return fma(f4(1.128379165726710), p, z);
}
/** a * exp(a^2) * erfc(a) in y = 1 / a^2, for 1 <= a < 2. */
// @ts-ignore: decorator
@inline function erfcNear(y: v128): v128 {
  let p = fma(f4(-1.387039388740657e-1), f4(2.326819970068386e-2), y);
  p = fma(f4(3.687424674597105e-1), p, y);
  p = fma(f4(-5.824733027278666e-1), p, y);
  p = fma(f4(6.210004621745983e-1), p, y);
  p = fma(f4(-4.944515323274145e-1), p, y);
  p = fma(f4(3.404879937665872e-1), p, y);
  p = fma(f4(-2.741127028184656e-1), p, y);
  return fma(f4(5.638259427386472e-1), p, y);
}
/** The same for a >= 2. */
// @ts-ignore: decorator
@inline function erfcFar(y: v128): v128 {
  let p = fma(f4(1.297719955372516e+1), f4(-1.047766399936249e+1), y);
  p = fma(f4(-7.495518717768503), p, y);
  p = fma(f4(2.921019019210786), p, y);
  p = fma(f4(-1.015265279202700), p, y);
  p = fma(f4(4.218463358204948e-1), p, y);
  p = fma(f4(-2.820767439740514e-1), p, y);
  return fma(f4(5.641895067754075e-1), p, y);
}

/** exp(-x^2 / 2). */
// @ts-ignore: decorator
@inline export function gaussian(x: v128): v128 { return vexpFast(mul(mul(x, x), f4(-0.5))); }

/** Probability that a standard normal is below x, from x and e = gaussian(x); relative accuracy also far below 0. */
// @ts-ignore: decorator
@inline export function normalCdf(x: v128, e: v128): v128 {
  const r = mul(x, f4(0.7071067811865476)), a = f32x4.abs(r);
  const centre = fma(f4(0.5), mul(f4(0.5), r), erfPoly(mul(r, r)));
  const q = div(f4(1), a), y = mul(q, q);
  const tail = mul(mul(f4(0.5), mul(e, q)), v128.bitselect(erfcNear(y), erfcFar(y), f32x4.lt(a, f4(2))));
  const outer = v128.bitselect(tail, sub(f4(1), tail), f32x4.lt(x, f4(0)));
  return v128.bitselect(outer, centre, f32x4.ge(a, f4(1)));     // false for NaN: the centre passes it on
}
