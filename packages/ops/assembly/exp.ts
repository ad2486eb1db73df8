import { add, div, f4, fma, mul, sub } from './simd';
// Elementary functions on four lanes, after Cephes (Moshier). Polynomials only: a table would be a data segment.

/** 2^n for integer-valued lanes of n in [-127, 128] (gives 0 and Infinity at the ends). */
// @ts-ignore: decorator
@inline function pow2(n: v128): v128 { return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23); }
/** exp on the reduced argument, |r| <= ln2 / 2, to 3e-9; pairs of terms, so that a result is not waited for six times. */
// @ts-ignore: decorator
@inline function expPoly(r: v128): v128 {
  const r2 = mul(r, r), low = fma(f4(0.49999994), r, f4(0.16666521)), high = fma(f4(0.04166839), r, f4(0.008368745));
  return add(add(mul(fma(low, fma(high, r2, f4(0.001381454)), r2), r2), r), f4(1));
}
// @ts-ignore: decorator
@inline function reduce(x: v128, n: v128): v128 {
  return sub(sub(x, mul(n, f4(0.693359375))), mul(n, f4(-2.12194440e-4)));
}
// Adding 1.5*2^23 rounds to an integer and leaves it in the low mantissa bits: no nearest, no trunc_sat (both are slow
// on x86), and the same bits shifted left by 23 become the exponent.
const MAGIC: f32 = 12582912;

/** exp for arguments of at most 88; 0 below -87.7, never a denormal number, which is slow. NaN stays NaN. */
// @ts-ignore: decorator
@inline export function vexpFast(x: v128): v128 {
  x = f32x4.pmax(x, f4(-88));
  const t = fma(f4(MAGIC), x, f4(1.44269504));
  return mul(expPoly(reduce(x, sub(t, f4(MAGIC)))), i32x4.add(i32x4.shl(t, 23), i32x4.splat(127 << 23)));
}
/** exp on the whole range: overflows to Infinity, underflows to 0 through denormals, NaN stays NaN. */
// @ts-ignore: decorator
@inline export function vexp(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, f4(-104)), f4(89));
  const t = fma(f4(MAGIC), x, f4(1.44269504));
  const i = i32x4.sub(t, i32x4.splat(0x4b400000)), h = i32x4.shr_s(i, 1);
  return mul(mul(expPoly(reduce(x, sub(t, f4(MAGIC)))), pow2(h)), pow2(i32x4.sub(i, h)));
}
/** 2^f for |f| <= 1 / 2, to 2e-9. */
// @ts-ignore: decorator
@inline function pow2Poly(f: v128): v128 {
  const f2 = mul(f, f), low = fma(f4(1), f, f4(0.6931472)), middle = fma(f4(0.24022648), f, f4(0.05550332));
  const high = fma(fma(f4(0.009618439), f, f4(0.0013399003)), f2, f4(0.00015353259));
  return fma(low, fma(middle, high, f2), f2);
}
/** 1 / (1 + 2^x); NaN stays NaN. */
// @ts-ignore: decorator
@inline export function vfall2(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, f4(-126)), f4(126));
  const t = add(x, f4(MAGIC)), power = i32x4.add(i32x4.shl(t, 23), i32x4.splat(127 << 23));
  return div(f4(1), fma(f4(1), pow2Poly(sub(x, sub(t, f4(MAGIC)))), power));
}
/** 1 / (1 + exp(-x)). */
// @ts-ignore: decorator
@inline export function vsigmoid(x: v128): v128 {
  return div(f4(1), add(f4(1), vexpFast(f32x4.pmin(f32x4.neg(x), f4(88)))));
}
/** Natural logarithm of one positive normal number. */
export function logf(x: f32): f32 {
  const i = reinterpret<i32>(x);
  let e = (i >> 23) - 126, m: f32 = reinterpret<f32>((i & 0x007fffff) | 0x3f000000);        // [0.5, 1)
  if (m < 0.707106781186547524) { e--; m = m + m - 1; } else m = m - 1;
  const z = m * m;
  let p: f32 = 7.0376836292e-2 * m - 1.1514610310e-1;
  p = p * m + 1.1676998740e-1; p = p * m - 1.2420140846e-1; p = p * m + 1.4249322787e-1;
  p = p * m - 1.6668057665e-1; p = p * m + 2.0000714765e-1; p = p * m - 2.4999993993e-1; p = p * m + 3.3333331174e-1;
  return (m * z * p + <f32>e * <f32>-2.12194440e-4 - <f32>0.5 * z) + m + <f32>e * <f32>0.693359375;
}
