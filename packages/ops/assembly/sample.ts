import { at, f4, hmax, ld } from './simd';
import { expDown } from './exp-f64';
import { philox16 } from './philox';
// Draws one token from each row of logits. Sums run in float64 from the first token to the last, so that a draw is bit for bit
// that of the same steps in JavaScript.

/** Whether token a comes before token b: the larger first, of equal ones the first. */
// @ts-ignore: decorator
@inline function before(values: usize, a: u32, b: u32): bool {
  const x = load<f32>(at(values, a)), y = load<f32>(at(values, b));
  return x > y || (x == y && a < b);
}
/** Moves the token at place i of a heap of n down to where it belongs. */
function sink(values: usize, heap: usize, i: u32, n: u32): void {
  const id = load<u32>(at(heap, i));
  for (let child: u32 = 2 * i + 1; child < n; child = 2 * i + 1) {
    if (child + 1 < n && before(values, load<u32>(at(heap, child + 1)), load<u32>(at(heap, child)))) child++;
    const other = load<u32>(at(heap, child));
    if (!before(values, other, id)) break;
    store<u32>(at(heap, i), other);
    i = child;
  }
  store<u32>(at(heap, i), id);
}

/** The k-th largest value, by a heap of the k largest so far, the smallest on top. */
function kthLargest(values: usize, V: u32, k: u32, heap: usize): f32 {
  memory.copy(heap, values, (k as usize) << 2);
  for (let start = k >> 1; start > 0; start--) lift(heap, start - 1, k);
  for (let j = k; j < V; j++) {
    const v = load<f32>(at(values, j));
    if (v > load<f32>(heap)) { store<f32>(heap, v); lift(heap, 0, k); }
  }
  return load<f32>(heap);
}
/** `sink` for a heap of values, the smallest on top. */
function lift(heap: usize, i: u32, n: u32): void {
  const v = load<f32>(at(heap, i));
  for (let child: u32 = 2 * i + 1; child < n; child = 2 * i + 1) {
    if (child + 1 < n && load<f32>(at(heap, child + 1)) < load<f32>(at(heap, child))) child++;
    const other = load<f32>(at(heap, child));
    if (other >= v) break;
    store<f32>(at(heap, i), other);
    i = child;
  }
  store<f32>(at(heap, i), v);
}

/** Sets e to 0 outside of the smallest set of most likely tokens whose share of `sum` reaches p. */
function nucleus(values: usize, e: usize, V: u32, p: f64, sum: f64, heap: usize): void {
  // tokens below this have less than half of what may be missing all together: none of them is needed
  const least: f64 = 1 - p > 1e-6 ? (1 - p) / 2 / (V as f64) * sum : 0;
  let n: u32 = 0;
  for (let j: u32 = 0; j < V; j++) {
    const place = e + ((j as usize) << 3);
    if (load<f64>(place) < least) store<f64>(place, 0);
    else store<u32>(at(heap, n++), j);
  }
  for (let start = n >> 1; start > 0; start--) sink(values, heap, start - 1, n);
  let mass: f64 = 0;
  while (n > 0 && mass < p) {
    mass += load<f64>(e + ((load<u32>(heap) as usize) << 3)) / sum;
    store<u32>(heap, load<u32>(at(heap, --n)));
    if (n > 0) sink(values, heap, 0, n);
  }
  for (let i: u32 = 0; i < n; i++) store<f64>(e + ((load<u32>(at(heap, i)) as usize) << 3), 0);
}

/** Sum of e. */
function total(e: usize, V: u32): f64 {
  let sum: f64 = 0;
  for (let j: u32 = 0; j < V; j++) sum += load<f64>(e + ((j as usize) << 3));
  return sum;
}

/** The first of the largest; -1 where there is NaN or nothing but -Infinity. */
function largest(x: usize, V: u32): i32 {
  let m4 = f4(-Infinity), bad = f4(0), j: u32 = 0;
  for (; j + 4 <= V; j += 4) { const v = ld(at(x, j)); m4 = f32x4.pmax(m4, v); bad = v128.or(bad, f32x4.ne(v, v)); }
  let m = hmax(m4), nan = v128.any_true(bad);
  for (; j < V; j++) { const v = load<f32>(at(x, j)); m = max(m, v); nan = nan || v != v; }
  if (nan || m == -Infinity) return -1;
  j = 0;
  for (const sought = f4(m); j + 4 <= V; j += 4) if (v128.any_true(f32x4.eq(ld(at(x, j)), sought))) break;
  while (load<f32>(at(x, j)) != m) j++;
  return j;
}

function draw(x: usize, V: u32, uniform: f64, temperature: f64, topK: u32, topP: f64, scratch: usize): i32 {
  const e = scratch, values = e + ((V as usize) << 3), heap = at(values, V), best = largest(x, V);
  if (best < 0) return -1;
  for (let j: u32 = 0; j < V; j++) store<f32>(at(values, j), <f32>(<f64>load<f32>(at(x, j)) / temperature));
  const m = load<f32>(at(values, best));
  if (topK > 0 && topK < V) {
    const least = kthLargest(values, V, topK, heap);
    for (let j: u32 = 0; j < V; j++) if (load<f32>(at(values, j)) < least) store<f32>(at(values, j), -Infinity);
  }
  for (let j: u32 = 0; j < V; j++) {
    const v = load<f32>(at(values, j));
    store<f64>(e + ((j as usize) << 3), v == m ? 1 : expDown(<f64>v - <f64>m));
  }
  let sum = total(e, V);
  if (topP < 1) {
    nucleus(values, e, V, topP, sum, heap);
    sum = total(e, V);
  }
  let rest = uniform, last: u32 = 0;
  for (let j: u32 = 0; j < V; j++) {
    const probability = load<f64>(e + ((j as usize) << 3)) / sum;
    if (probability == 0) continue;
    last = j;
    rest -= probability;
    if (rest < 0) break;
  }
  return last;
}

/** Word i of a random position: two 16-bit limbs. */
// @ts-ignore: decorator
@inline function word(p: usize, i: u32): u32 { return load<u32>(at(p, 2 * i)) | (load<u32>(at(p, 2 * i + 1)) << 16); }

/** Scratch for `sample`, in bytes. */
export function sample_scratch(V: u32): u32 { return 16 * V + 64; }
/**
 * ids[rows] from x[rows, V]; -1 for a row with NaN or nothing but -Infinity. Temperature 0 takes the largest. `positions` has
 * ten limbs a row: key, the high words of the counter, and which element of that stream is drawn.
 */
export function sample(x: usize, ids: usize, rows: u32, V: u32, positions: usize, temperature: f64, topK: u32, topP: f64,
    scratch: usize): void {
  for (let r: u32 = 0; r < rows; r++, x = at(x, V), ids += 4) {
    if (temperature == 0) { store<i32>(ids, largest(x, V)); continue; }
    const p = at(positions, 10 * r), i = word(p, 4);
    philox16(scratch, i >> 2, 0, word(p, 2), word(p, 3), word(p, 0), word(p, 1));
    const uniform = <f64>load<u32>(at(scratch, i & 3)) * 2.3283064365386963e-10;          // 2^-32
    store<i32>(ids, draw(x, V, uniform, temperature, topK, topP, scratch));
  }
}
