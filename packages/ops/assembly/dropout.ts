import { at, f4, ld, ldTail, mul, st, stTail } from './simd';
import { philox16 } from './philox';
// Dropout from the counter: element i uses word i % 4 of Philox block i / 4 and is kept where the word is at least the
// threshold.

/** A call's stream, five words in memory: key0, key1, call, step, tag. */
// @ts-ignore: decorator
@inline export function streamWords(o: usize, block: u32, stream: usize): void {
  const key0 = load<u32>(stream), key1 = load<u32>(stream, 4);
  philox16(o, block, load<u32>(stream, 8), load<u32>(stream, 12), load<u32>(stream, 16), key0, key1);
}

/**
 * y = kept ? x * scale : 0 for the elements from i0, a multiple of 16, up to n; y may be x. `words` is 64 bytes of scratch.
 */
export function dropout(x: usize, y: usize, i0: u32, n: u32, threshold: u32, scale: f32, stream: usize,
    words: usize): void {
  const T = i32x4.splat(threshold), S = f4(scale);
  for (let i = i0; i < n; i += 16) {
    streamWords(words, i >> 2, stream);
    const end = min(n, i + 16);
    let w = words, j = i;
    for (; j + 4 <= end; j += 4, w += 16) st(at(y, j), v128.and(mul(ld(at(x, j)), S), i32x4.ge_u(v128.load(w), T)));
    if (j < end) stTail(at(y, j), v128.and(mul(ldTail(at(x, j), end - j), S), i32x4.ge_u(v128.load(w), T)), end - j);
  }
}
