// Philox4x32-10 (Salmon et al. 2011), four blocks at once.

/** High and low halves of the four products a * m. */
// @ts-ignore: decorator
@inline function high(a: v128, m: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(a, m), i64x2.extmul_high_i32x4_u(a, m), 1, 3, 5, 7);
}

/** Writes the 16 words of the blocks with counters [block .. block+3, call, step, tag] in order. */
export function philox16(o: usize, block: u32, call: u32, step: u32, tag: u32, key0: u32, key1: u32): void {
  const m0 = i32x4.splat(0xd2511f53), m1 = i32x4.splat(0xcd9e8d57);
  let x0 = i32x4.add(i32x4.splat(block), i32x4(0, 1, 2, 3)), x1 = i32x4.splat(call), x2 = i32x4.splat(step);
  let x3 = i32x4.splat(tag);
  for (let round: u32 = 0; round < 10; round++) {
    const h0 = high(x0, m0), l0 = i32x4.mul(x0, m0), h1 = high(x2, m1), l1 = i32x4.mul(x2, m1);
    x0 = v128.xor(v128.xor(h1, x1), i32x4.splat(key0));
    x1 = l1;
    x2 = v128.xor(v128.xor(h0, x3), i32x4.splat(key1));
    x3 = l0;
    key0 += 0x9e3779b9; key1 += 0xbb67ae85;
  }
  const a = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), b = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
  const c = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5), d = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
  v128.store(o, v128.shuffle<i64>(a, c, 0, 2));
  v128.store(o, v128.shuffle<i64>(a, c, 1, 3), 16);
  v128.store(o, v128.shuffle<i64>(b, d, 0, 2), 32);
  v128.store(o, v128.shuffle<i64>(b, d, 1, 3), 48);
}
