// The most float32 arithmetic of one core, where engines keep a long loop's values in memory (V8 does since 2026, so that the
// loop in registers of @ashlar/ops comes to less than half there): sums of products of numbers that lie in the first-level
// cache, as the inner loop of a matrix product has them. Which count of sums is fastest differs between engines.

/** Bytes that are read over and over, from a multiple of 16 on; the numbers in them decide nothing. */
const BYTES: usize = 2048;

// @ts-ignore: decorator
@inline function fma(c: v128, a: v128, b: v128): v128 { return f32x4.add(c, f32x4.mul(a, b)); }

/** 64 steps of 8 or 10 products and sums on 4 lanes, `rounds` times; returns what depends on all. */
// @ts-ignore: decorator
@inline function sums(p: usize, rounds: u32, ten: bool): f32 {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0, c8 = c0, c9 = c0;
  for (let r = rounds; r; r--) {
    for (let q = p, end = p + BYTES; q < end; q += 32) {
      const b0 = v128.load(q), b1 = v128.load(q, 16);
      let a = v128.load_splat<f32>(q, BYTES);
      c0 = fma(c0, a, b0); c1 = fma(c1, a, b1);
      a = v128.load_splat<f32>(q, BYTES + 4);
      c2 = fma(c2, a, b0); c3 = fma(c3, a, b1);
      a = v128.load_splat<f32>(q, BYTES + 8);
      c4 = fma(c4, a, b0); c5 = fma(c5, a, b1);
      a = v128.load_splat<f32>(q, BYTES + 12);
      c6 = fma(c6, a, b0); c7 = fma(c7, a, b1);
      if (ten) {
        a = v128.load_splat<f32>(q, BYTES + 16);
        c8 = fma(c8, a, b0); c9 = fma(c9, a, b1);
      }
    }
  }
  const low = f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3));
  const high = f32x4.add(f32x4.add(c4, c5), f32x4.add(c6, c7));
  return f32x4.extract_lane(f32x4.add(f32x4.add(low, high), f32x4.add(c8, c9)), 0);
}

export function products8(p: usize, rounds: u32): f32 { return sums(p, rounds, false); }
export function products10(p: usize, rounds: u32): f32 { return sums(p, rounds, true); }
