// How fast one core of this machine reads: what a kernel that reads weights once, as in decoding, is held against.

// @ts-ignore: decorator
@inline function both(p: usize): v128 { return v128.xor(v128.load(p), v128.load(p, 16)); }
// @ts-ignore: decorator
@inline function fold(a: v128, b: v128, c: v128, d: v128): i64 {
  const all = v128.xor(v128.xor(a, b), v128.xor(c, d));
  return i64x2.extract_lane(all, 0) ^ i64x2.extract_lane(all, 1);
}

/** Reads `bytes`, a multiple of 128, from address p on, and returns what depends on all of them. */
export function readOne(p: usize, bytes: usize): i64 {
  let a = i64x2.splat(0), b = a, c = a, d = a;
  for (const end = p + bytes; p < end; p += 128) {
    a = v128.xor(a, both(p)); b = v128.xor(b, both(p + 32)); c = v128.xor(c, both(p + 64)); d = v128.xor(d, both(p + 96));
  }
  return fold(a, b, c, d);
}

/** The same in four streams, a quarter of the bytes apart. */
export function readFour(p: usize, bytes: usize): i64 {
  const quarter = bytes >> 2;
  let a = i64x2.splat(0), b = a, c = a, d = a, q = p + quarter, r = q + quarter, s = r + quarter;
  for (const end = q; p < end; p += 32, q += 32, r += 32, s += 32) {
    a = v128.xor(a, both(p)); b = v128.xor(b, both(q)); c = v128.xor(c, both(r)); d = v128.xor(d, both(s));
  }
  return fold(a, b, c, d);
}
