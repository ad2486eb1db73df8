import { at, f4, mul, st, sub } from './simd';
// Weights of few bits as float32. Kinds: 0 int8 (bytes of code + 127), 1 NF4, 2 int4 (both two codes a byte, the first in
// the high half).
export const INT8: u32 = 0;
const NF4: u32 = 1;

// @ts-ignore: decorator
@inline export function byteAt(codes: usize, i: u32): u32 { return load<u8>(codes + i); }
// @ts-ignore: decorator
@inline function halfAt(codes: usize, i: u32): u32 { return byteAt(codes, i >> 1) >> (i & 1 ? 0 : 4) & 15; }

/** Four int8 codes, one a lane, as float32. */
// @ts-ignore: decorator
@inline export function signed(v: v128): v128 { return f32x4.convert_i32x4_s(i32x4.sub(v, i32x4.splat(127))); }
function unpackBytes(codes: usize, n: u32, o: usize): void {
  let j: u32 = 0;
  for (; j + 8 <= n; j += 8, o += 32) {
    const v = v128.load8x8_u(codes + j);
    st(o, signed(i32x4.extend_low_i16x8_u(v))); st(o + 16, signed(i32x4.extend_high_i16x8_u(v)));
  }
  for (; j < n; j++, o += 4) store<f32>(o, <f32>(byteAt(codes, j) as i32 - 127));
}

/** Eight float32 from their lower bytes and their upper bytes, both in pairs. */
// @ts-ignore: decorator
@inline function store8(ab: v128, cd: v128, o: usize): void {
  st(o, v128.shuffle<u16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11));
  st(o + 16, v128.shuffle<u16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15));
}
/** What sixteen codes stand for; NF4's values are looked up byte by byte. */
// @ts-ignore: decorator
@inline function look(codes: v128, o: usize, kind: u32): void {
  if (kind == NF4) {
    const a = i8x16.swizzle(i8x16(0, -79, 48, -96, 77, 63, 113, 0, -1, -29, -35, 58, -72, -85, -77, 0), codes);
    const b = i8x16.swizzle(i8x16(0, 57, 107, 50, -94, 53, 120, 0, -6, -54, 4, 3, -92, 7, 19, 0), codes);
    const c = i8x16.swizzle(i8x16(-128, 50, 6, -54, -111, 61, -70, 0, -94, 36, 124, -83, -31, 16, 57, -128), codes);
    const d = i8x16.swizzle(i8x16(-65, -65, -65, -66, -66, -66, -67, 0, 61, 62, 62, 62, 62, 63, 63, 63), codes);
    store8(v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
      v128.shuffle<u8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), o);
    store8(v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
      v128.shuffle<u8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), o + 32);
  } else {
    const w = i16x8.extend_low_i8x16_u(codes);
    st(o, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(w)));
    st(o + 16, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(w)));
    const z = i16x8.extend_high_i8x16_u(codes);
    st(o + 32, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(z)));
    st(o + 48, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(z)));
  }
}
function half(codes: usize, i: u32, kind: u32, words: usize, o: usize): void {
  look(i8x16.splat(halfAt(codes, i) as i8), words, kind);
  store<f32>(o, load<f32>(words));
}
/** n half bytes from index i on; words are 64 bytes of scratch. */
// @ts-ignore: decorator
@inline function unpackHalves(codes: usize, i: u32, n: u32, kind: u32, words: usize, o: usize): void {
  const end = i + n;
  if (i < end && i & 1) { half(codes, i++, kind, words, o); o += 4; }
  for (let p = codes + (i >> 1); i + 32 <= end; i += 32, p += 16, o += 128) {
    const b = v128.load(p), h = v128.and(i16x8.shr_u(b, 4), i8x16.splat(15)), l = v128.and(b, i8x16.splat(15));
    look(v128.shuffle<u8>(h, l, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), o, kind);
    look(v128.shuffle<u8>(h, l, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), o + 64, kind);
  }
  for (; i < end; i++, o += 4) half(codes, i, kind, words, o);
}

/** Bytes of scratch for `unpack`. */
export const UNPACK_WORDS: u32 = 64;

/** n codes from index i on: signed for int8, values for NF4, and unsigned for int4. */
export function unpackCodes(codes: usize, kind: u32, i: u32, n: u32, words: usize, o: usize): void {
  if (kind == INT8) unpackBytes(codes + i, n, o);
  else if (kind == NF4) unpackHalves(codes, i, n, NF4, words, o);
  else unpackHalves(codes, i, n, kind, words, o);
}

/**
 * n weights from index i on, rounded as the definition is. `size` consecutive ones share a scale (and with int4 a zero
 * point, a byte): int8 (code * scale) / 127, NF4 value * scale, int4 (code - zero) * scale.
 */
export function unpack(codes: usize, scales: usize, zeros: usize, kind: u32, size: u32, i: u32, n: u32, words: usize,
    o: usize): void {
  unpackCodes(codes, kind, i, n, words, o);
  for (let e: u32 = 0; e < n;) {
    const b = (i + e) / size, end = min(n, (b + 1) * size - i), scale = load<f32>(at(scales, b));
    const zero: f32 = zeros ? <f32>byteAt(zeros, b) : 0, step: f32 = kind == INT8 ? 1 / <f32>127 : 1;
    const Z = f4(zero), S = f4(scale), T = f4(step);
    for (; e + 4 <= end; e += 4) st(at(o, e), mul(mul(sub(v128.load(at(o, e)), Z), S), T));
    for (; e < end; e++) store<f32>(at(o, e), (load<f32>(at(o, e)) - zero) * scale * step);
  }
}
