import { add, at, f4, ld, mul, st, sub } from './simd';
// Rotary embeddings on packed heads. Tables hold `pairs` cosines and sines a position; `sign` 1 turns, -1 turns back.

/** One head in halves: i and i + pairs turn together. */
// @ts-ignore: decorator
@inline function halves(x: usize, y: usize, c: usize, s: usize, pairs: u32, sign: f32): void {
  const x2 = at(x, pairs), y2 = at(y, pairs), g = f4(sign);
  let i: u32 = 0;
  for (; i + 4 <= pairs; i += 4) {
    const C = ld(at(c, i)), S = mul(ld(at(s, i)), g), a = ld(at(x, i)), b = ld(at(x2, i));
    st(at(y, i), sub(mul(a, C), mul(b, S)));
    st(at(y2, i), add(mul(b, C), mul(a, S)));
  }
  for (; i < pairs; i++) {
    const C = load<f32>(at(c, i)), S = load<f32>(at(s, i)) * sign, a = load<f32>(at(x, i)), b = load<f32>(at(x2, i));
    store<f32>(at(y, i), a * C - b * S);
    store<f32>(at(y2, i), b * C + a * S);
  }
}
/** One head interleaved: 2i and 2i + 1 turn together. */
// @ts-ignore: decorator
@inline function interleaved(x: usize, y: usize, c: usize, s: usize, pairs: u32, sign: f32): void {
  const g = f4(sign);
  let i: u32 = 0;
  for (; i + 4 <= pairs; i += 4) {
    const p = at(x, 2 * i), o = at(y, 2 * i), u = ld(p), v = ld(p + 16);
    const C = ld(at(c, i)), S = mul(ld(at(s, i)), g);
    const a = v128.shuffle<f32>(u, v, 0, 2, 4, 6), b = v128.shuffle<f32>(u, v, 1, 3, 5, 7);
    const left = sub(mul(a, C), mul(b, S)), right = add(mul(b, C), mul(a, S));
    st(o, v128.shuffle<f32>(left, right, 0, 4, 1, 5));
    st(o + 16, v128.shuffle<f32>(left, right, 2, 6, 3, 7));
  }
  for (; i < pairs; i++) {
    const p = at(x, 2 * i), o = at(y, 2 * i), C = load<f32>(at(c, i)), S = load<f32>(at(s, i)) * sign;
    const a = load<f32>(p), b = load<f32>(p, 4);
    store<f32>(o, a * C - b * S);
    store<f32>(o, b * C + a * S, 4);
  }
}

/**
 * y[rows, heads, D] from x: rows `from` to `to`, where x and y begin at `from`. Row r stands at positions[r], or, where `seq` is
 * not 0, at positions[0] + r % seq. Returns the first row whose position is not in [0, count), or -1.
 */
export function rotary(x: usize, y: usize, cos: usize, sin: usize, positions: usize, seq: u32, count: u32, from: u32,
    to: u32, heads: u32, D: u32, pairs: u32, paired: u32, sign: f32): i32 {
  const rest = D - 2 * pairs;
  for (let r = from; r < to; r++) {
    const position: u32 = seq ? load<u32>(positions) + r % seq : load<u32>(at(positions, r));
    if (position >= count) return r;
    const c = at(cos, position * pairs), s = at(sin, position * pairs);
    for (let h = heads; h; h--, x = at(x, D), y = at(y, D)) {
      if (paired) interleaved(x, y, c, s, pairs, sign);
      else halves(x, y, c, s, pairs, sign);
      if (rest) memory.copy(at(y, 2 * pairs), at(x, 2 * pairs), (rest as usize) << 2);
    }
  }
  return -1;
}
