// Heads of any width for kernels that take multiples of 8: rows of D elements padded with zeros to P, and back.

/** y[rows, P] = x[rows, D] with zeros behind. */
export function pad_rows(x: usize, y: usize, rows: u32, D: u32, P: u32): void {
  const from = (D as usize) << 2, to = (P as usize) << 2;
  for (let r: u32 = 0; r < rows; r++, x += from, y += to) {
    memory.copy(y, x, from);
    memory.fill(y + from, 0, to - from);
  }
}
/** y[rows, D] = the first D of x[rows, P]. */
export function unpad_rows(x: usize, y: usize, rows: u32, D: u32, P: u32): void {
  const from = (P as usize) << 2, to = (D as usize) << 2;
  for (let r: u32 = 0; r < rows; r++, x += from, y += to) memory.copy(y, x, to);
}
