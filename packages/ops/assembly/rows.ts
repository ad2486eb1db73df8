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

/** y[rows, P] = x[rows, D] with zeros behind. */
export function pad_rows(x: usize, y: usize, rows: u32, D: u32, P: u32): void {
  memory.fill(y, 0, ((P as usize) << 2) * rows);
  copy_rows(x, y, rows, D, D, P);
}
