/**
 * exp of x <= 0 in float64, step for step fdlibm's (Sun Microsystems 1993), which V8 has as Math.exp: the same bits.
 */
export function expDown(x: f64): f64 {
  if (x < -745.133219101941108420) return 0;
  let hi: f64 = 0, lo: f64 = 0, k: i32 = 0;
  const high = <u32>(reinterpret<u64>(x) >> 32) & 0x7fffffff;
  if (high > 0x3fd62e42) {                     // |x| > ln2 / 2
    k = high < 0x3ff0a2b2 ? -1 : <i32>(1.44269504088896338700 * x - 0.5);
    hi = x - <f64>k * 6.93147180369123816490e-01;
    lo = <f64>k * 1.90821492927058770002e-10;
    x = hi - lo;
  } else if (high < 0x3e300000) return 1 + x;  // |x| < 2^-28
  const t = x * x;
  let c = -1.65339022054652515390e-06 + t * 4.13813679705723846039e-08;
  c = -2.77777777770155933842e-03 + t * (6.61375632143793436117e-05 + t * c);
  c = x - t * (1.66666666666666019037e-01 + t * c);
  if (k == 0) return 1 - (x * c / (c - 2) - x);
  const y = 1 - ((lo - x * c / (2 - c)) - hi);
  return k >= -1021 ? y * reinterpret<f64>(<u64>(1023 + k) << 52)
    : y * reinterpret<f64>(<u64>(2023 + k) << 52) * 9.33263618503218878990e-302;
}
