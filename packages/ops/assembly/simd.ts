// The small SIMD vocabulary of all kernels. Everything is inlined and works on raw addresses in bytes, so that the
// compiled module needs no heap, no data segment and no garbage collector.

/** Address of the i-th 4-byte element after p. */
// @ts-ignore: decorator
@inline export function at(p: usize, i: u32): usize { return p + ((i as usize) << 2); }
// @ts-ignore: decorator
@inline export function roundUp(n: u32, m: u32): u32 { return (n + m - 1) / m * m; }
// @ts-ignore: decorator
@inline export function ld(p: usize): v128 { return v128.load(p); }
// @ts-ignore: decorator
@inline export function st(p: usize, v: v128): void { v128.store(p, v); }
// @ts-ignore: decorator
@inline export function f4(x: f32): v128 { return f32x4.splat(x); }
// @ts-ignore: decorator
@inline export function add(a: v128, b: v128): v128 { return f32x4.add(a, b); }
// @ts-ignore: decorator
@inline export function sub(a: v128, b: v128): v128 { return f32x4.sub(a, b); }
// @ts-ignore: decorator
@inline export function mul(a: v128, b: v128): v128 { return f32x4.mul(a, b); }
// @ts-ignore: decorator
@inline export function div(a: v128, b: v128): v128 { return f32x4.div(a, b); }
/** acc + a*b (two roundings: wasm has no strict fused multiply-add). */
// @ts-ignore: decorator
@inline export function fma(acc: v128, a: v128, b: v128): v128 { return f32x4.add(acc, f32x4.mul(a, b)); }
// @ts-ignore: decorator
@inline export function hsum(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}
/** The sums of four vectors, each added up as by hsum. */
// @ts-ignore: decorator
@inline export function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = add(v128.shuffle<f32>(a, b, 0, 4, 2, 6), v128.shuffle<f32>(a, b, 1, 5, 3, 7));
  const cd = add(v128.shuffle<f32>(c, d, 0, 4, 2, 6), v128.shuffle<f32>(c, d, 1, 5, 3, 7));
  return add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}
// @ts-ignore: decorator
@inline export function hmax(v: v128): f32 {
  const low = max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1));
  return max(low, max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)));
}
/** All bits set in the first n lanes (n = 0..4). */
// @ts-ignore: decorator
@inline export function firstLanes(n: u32): v128 { return i32x4.gt_u(i32x4.splat(n), i32x4(0, 1, 2, 3)); }
/** First n (1..3) lanes from memory, the rest zero; never reads past p + 4n. */
// @ts-ignore: decorator
@inline export function ldTail(p: usize, n: i32): v128 {
  let v = v128.load32_zero(p);
  if (n > 1) v = v128.load_lane<f32>(p + 4, v, 1);
  if (n > 2) v = v128.load_lane<f32>(p + 8, v, 2);
  return v;
}
/** First n lanes to memory; n <= 0 stores nothing, n > 3 all four. */
// @ts-ignore: decorator
@inline export function stTail(p: usize, v: v128, n: i32): void {
  if (n > 0) v128.store_lane<f32>(p, v, 0);
  if (n > 1) v128.store_lane<f32>(p, v, 1, 4);
  if (n > 2) v128.store_lane<f32>(p, v, 2, 8);
  if (n > 3) v128.store_lane<f32>(p, v, 3, 12);
}
/** First n lanes (n = 0 or more), the rest zero. */
// @ts-ignore: decorator
@inline export function ldUpTo4(p: usize, n: i32): v128 { return n >= 4 ? v128.load(p) : n > 0 ? ldTail(p, n) : f4(0); }
