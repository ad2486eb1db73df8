import { at, fma, f4, ldUpTo4, ld, mul, st, stTail, sub } from './simd';
import { vsigmoid } from './exp';
// silu(gate) * up over rows of n elements. Inputs and gradients are `pitch` elements a row: 2n where gate and up share a row.

/** y[rows, n] = silu(gate) * up. */
export function swiglu(gate: usize, up: usize, y: usize, rows: u32, n: u32, pitch: u32): void {
  for (let r = rows; r; r--, gate = at(gate, pitch), up = at(up, pitch), y = at(y, n)) {
    let i: u32 = 0;
    for (; i + 8 <= n; i += 8) {
      const a = at(gate, i), b = at(up, i), o = at(y, i), g = ld(a), h = ld(a + 16);
      st(o, mul(mul(g, vsigmoid(g)), ld(b))); st(o + 16, mul(mul(h, vsigmoid(h)), ld(b + 16)));
    }
    for (; i < n; i += 4) {
      const g = ldUpTo4(at(gate, i), n - i);
      stTail(at(y, i), mul(mul(g, vsigmoid(g)), ldUpTo4(at(up, i), n - i)), n - i);
    }
  }
}

/** The gradients of four elements; o and p may be 0: that one is not wanted. */
// @ts-ignore: decorator
@inline function gradients(g: v128, u: v128, d: v128, o: usize, p: usize, n: i32): void {
  const s = vsigmoid(g);
  if (o) stTail(o, mul(mul(d, u), mul(s, fma(f4(1), g, sub(f4(1), s)))), n);
  if (p) stTail(p, mul(d, mul(g, s)), n);
}
/** dgate and dup, either of which may be 0. */
export function swiglu_grad(gate: usize, up: usize, dy: usize, dgate: usize, dup: usize, rows: u32, n: u32,
    pitch: u32): void {
  for (let r = rows; r; r--, gate = at(gate, pitch), up = at(up, pitch), dy = at(dy, n)) {
    let i: u32 = 0;
    if (dgate && dup)
      for (; i + 4 <= n; i += 4) {
        const g = ld(at(gate, i)), d = ld(at(dy, i)), s = vsigmoid(g);
        st(at(dgate, i), mul(mul(d, ld(at(up, i))), mul(s, fma(f4(1), g, sub(f4(1), s)))));
        st(at(dup, i), mul(d, mul(g, s)));
      }
    for (; i < n; i += 4) {
      const rest = n - i, o = dgate ? at(dgate, i) : 0, p = dup ? at(dup, i) : 0;
      gradients(ldUpTo4(at(gate, i), rest), ldUpTo4(at(up, i), rest), ldUpTo4(at(dy, i), rest), o, p, rest);
    }
    if (dgate) dgate = at(dgate, pitch);
    if (dup) dup = at(dup, pitch);
  }
}
