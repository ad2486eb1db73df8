import { add, at, f4, fma, ld, ldUpTo4, mul, st, stTail, sub } from './simd';
import { vfall2, vsigmoid } from './exp';
import { normalCdf, normalDensity } from './erf';
// Elementwise activations and their gradients; `kind` is 1 gelu (erf), 2 gelu_new (tanh), 3 relu, 4 silu.
// The classes are only tags by which the loops are specialised at compile time.
class Gelu {}
class GeluNew {}
class Relu {}
class Silu {}

// tanh-GELU is x * sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3): one power of 2, no cancellation for x << 0
// @ts-ignore: decorator
@inline function geluGate(x: v128): v128 {
  return vfall2(mul(x, fma(f4(-2.302208198144325), f4(-0.1029432395800235), mul(x, x))));
}
// @ts-ignore: decorator
@inline function value<T>(x: v128): v128 {
  if (idof<T>() == idof<Gelu>()) return mul(x, normalCdf(x));
  if (idof<T>() == idof<GeluNew>()) return mul(x, geluGate(x));
  if (idof<T>() == idof<Relu>()) return f32x4.pmax(x, f4(0));
  return mul(x, vsigmoid(x));
}
// @ts-ignore: decorator
@inline function derivative<T>(x: v128): v128 {
  if (idof<T>() == idof<Gelu>()) return fma(normalCdf(x), x, normalDensity(x));
  if (idof<T>() == idof<GeluNew>()) {
    const s = geluGate(x), du = fma(f4(1.5957691216057308), f4(0.21406444882840506), mul(x, x));
    return add(s, mul(mul(mul(x, du), s), sub(f4(1), s)));
  }
  if (idof<T>() == idof<Relu>()) return v128.and(f32x4.gt(x, f4(0)), f4(1));
  const s = vsigmoid(x);
  return mul(s, fma(f4(1), x, sub(f4(1), s)));
}
// @ts-ignore: decorator
@inline function forward<T>(x: usize, y: usize, n: u32): void {
  let i: u32 = 0;
  for (; i + 4 <= n; i += 4) st(at(y, i), value<T>(ld(at(x, i))));
  for (; i < n; i += 4) stTail(at(y, i), value<T>(ldUpTo4(at(x, i), n - i)), n - i);
}
// @ts-ignore: decorator
@inline function backward<T>(x: usize, dy: usize, dx: usize, n: u32): void {
  let i: u32 = 0;
  for (; i + 4 <= n; i += 4) st(at(dx, i), mul(ld(at(dy, i)), derivative<T>(ld(at(x, i)))));
  for (; i < n; i += 4) {
    const d = ldUpTo4(at(dy, i), n - i), slope = derivative<T>(ldUpTo4(at(x, i), n - i));
    stTail(at(dx, i), mul(d, slope), n - i);
  }
}

/** y = activation(x); y may be x. */
export function activate(x: usize, y: usize, n: u32, kind: u32): void {
  if (kind == 1) forward<Gelu>(x, y, n);
  else if (kind == 2) forward<GeluNew>(x, y, n);
  else if (kind == 3) forward<Relu>(x, y, n);
  else forward<Silu>(x, y, n);
}
/** dx = dy * activation'(x); dx may be dy. */
export function activate_grad(x: usize, dy: usize, dx: usize, n: u32, kind: u32): void {
  if (kind == 1) backward<Gelu>(x, dy, dx, n);
  else if (kind == 2) backward<GeluNew>(x, dy, dx, n);
  else if (kind == 3) backward<Relu>(x, dy, dx, n);
  else backward<Silu>(x, dy, dx, n);
}
