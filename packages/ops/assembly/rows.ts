import { add, at, ld, st } from './simd';
// Copies between arrays of rows with different pitches: slices and joins along any axis, heads padded to a wider row.

/** rows of n 4-byte elements from x to y, whose rows are pitchX and pitchY elements apart. */
export function copy_rows(x: usize, y: usize, rows: u32, n: u32, pitchX: u32, pitchY: u32): void {
  const from = (pitchX as usize) << 2, to = (pitchY as usize) << 2, bytes = (n as usize) << 2;
  for (let r = rows; r; r--, x += from, y += to) {
    if (n > 512) { memory.copy(y, x, bytes); continue; }
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) v128.store(y + i, v128.load(x + i));
    for (; i < bytes; i += 4) store<u32>(y + i, load<u32>(x + i));
  }
}

/** y = a + b over one row of n elements. */
// @ts-ignore: decorator
@inline export function addRow(a: usize, b: usize, y: usize, n: u32): void {
  let j: u32 = 0;
  for (; j + 4 <= n; j += 4) st(at(y, j), add(ld(at(a, j)), ld(at(b, j))));
  for (; j < n; j++) store<f32>(at(y, j), load<f32>(at(a, j)) + load<f32>(at(b, j)));
}

/** y[rows, P] = x[rows, D] with zeros behind. */
export function pad_rows(x: usize, y: usize, rows: u32, D: u32, P: u32): void {
  memory.fill(y, 0, ((P as usize) << 2) * rows);
  copy_rows(x, y, rows, D, D, P);
}
