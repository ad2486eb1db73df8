import { add, at, f4, firstLanes, hmax, hsum, ld, ldTail, mul, st, stTail, sub } from './simd';
import { logf, vexpFast } from './exp';
// Softmax cross entropy of rows of V logits, times `factor`, against one target a row, in nats. Sums are taken in chunks, so that the
// rounding error does not grow with the vocabulary.
const CHUNK: u32 = 1024;

function rowMax(x: usize, V: u32): f32 {
  const V4 = V & ~3;
  let m4 = f4(-3.4e38);
  for (let j: u32 = 0; j < V4; j += 4) m4 = f32x4.pmax(m4, ld(at(x, j)));
  let m = hmax(m4);
  for (let j = V4; j < V; j++) m = max(m, load<f32>(at(x, j)));
  return m;
}
/** exp(factor (x - shift)) of four elements. */
// @ts-ignore: decorator
@inline function scaled(x: usize, shift: v128, factor: v128): v128 { return vexpFast(mul(sub(ld(x), shift), factor)); }
/** Sum of exp(factor (x - m)). */
function sumExp(x: usize, V: u32, m: f32, factor: f32): f32 {
  const shift = f4(m), F = f4(factor);
  let total: f32 = 0;
  for (let c: u32 = 0; c < V; c += CHUNK) {
    const end = min(V, c + CHUNK);
    let s = f4(0), j = c;
    for (; j + 16 <= end; j += 16) {
      const p = at(x, j), a = scaled(p, shift, F), b = scaled(p + 16, shift, F);
      s = add(s, add(add(a, b), add(scaled(p + 32, shift, F), scaled(p + 48, shift, F))));
    }
    for (; j + 4 <= end; j += 4) s = add(s, scaled(at(x, j), shift, F));
    if (j < end) s = add(s, v128.and(vexpFast(mul(sub(ldTail(at(x, j), end - j), shift), F)), firstLanes(end - j)));
    total += hsum(s);
  }
  return total;
}

/** Mean of m - x. */
function meanGap(x: usize, V: u32, m: f32): f32 {
  const shift = f4(m);
  let total: f32 = 0;
  for (let c: u32 = 0; c < V; c += CHUNK) {
    const end = min(V, c + CHUNK);
    let s = f4(0), j = c;
    for (; j + 4 <= end; j += 4) s = add(s, sub(shift, ld(at(x, j))));
    if (j < end) s = add(s, v128.and(sub(shift, ldTail(at(x, j), end - j)), firstLanes(end - j)));
    total += hsum(s);
  }
  return total / (V as f32);
}

/**
 * loss[r] = logSumExp(factor row) - factor row[target], 0 where the target is `ignore`; lse[r] = logSumExp(factor row).
 * A share `smoothing` of row[target] is the mean of the row instead; z lse^2 is added. Returns the first row whose target
 * is neither `ignore` nor in [0, V), or -1.
 */
export function cross_entropy(x: usize, targets: usize, loss: usize, lse: usize, rows: u32, V: u32, ignore: i32,
    factor: f32, smoothing: f32, z: f32): i32 {
  for (let r: u32 = 0; r < rows; r++, x = at(x, V)) {
    const t = load<i32>(at(targets, r));
    if (t != ignore && (t as u32) >= V) return r;
    const m = rowMax(x, V), l = logf(sumExp(x, V, m, factor)), total = factor * m + l;
    store<f32>(at(lse, r), total);
    if (t == ignore) { store<f32>(at(loss, r), 0); continue; }
    let gap = m - load<f32>(at(x, t));
    if (smoothing > 0) gap = gap * (1 - smoothing) + smoothing * meanGap(x, V, m);
    store<f32>(at(loss, r), z > 0 ? l + factor * gap + z * total * total : l + factor * gap);
  }
  return -1;
}

/** scale exp(factor x - lse) - even of four elements. */
// @ts-ignore: decorator
@inline function slope(x: usize, lse: v128, factor: v128, scale: v128, even: v128): v128 {
  return sub(mul(vexpFast(sub(mul(ld(x), factor), lse)), scale), even);
}
/** dx = (softmax (1 + 2 z lse) - (1 - smoothing) onehot(target) - smoothing / V) * factor * dy[row], zero in ignored rows. */
export function cross_entropy_grad(x: usize, targets: usize, lse: usize, dy: usize, dx: usize, rows: u32, V: u32,
    ignore: i32, factor: f32, smoothing: f32, z: f32): void {
  const V4 = V & ~3, rest = V & 3;
  for (let r: u32 = 0; r < rows; r++, x = at(x, V), dx = at(dx, V)) {
    const t = load<i32>(at(targets, r)), scale = factor * load<f32>(at(dy, r));
    if (t == ignore) { memory.fill(dx, 0, (V as usize) << 2); continue; }
    const total = load<f32>(at(lse, r)), even = f4(scale * smoothing / (V as f32));
    const shift = f4(total), f = f4(scale * (1 + 2 * z * total)), F = f4(factor);
    let j: u32 = 0;
    for (; j + 8 <= V; j += 8) {
      const p = at(x, j), o = at(dx, j);
      st(o, slope(p, shift, F, f, even)); st(o + 16, slope(p + 16, shift, F, f, even));
    }
    for (; j < V4; j += 4) st(at(dx, j), slope(at(x, j), shift, F, f, even));
    if (rest) stTail(at(dx, V4), sub(mul(vexpFast(sub(mul(ldTail(at(x, V4), rest), F), shift)), f), even), rest);
    const g = at(dx, t);
    store<f32>(g, load<f32>(g) - scale * (1 - smoothing));
  }
}
