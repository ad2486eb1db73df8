import { at } from './simd';
// What transpose, slice and tile have in common: an output written in order from 4-byte elements found by strides. One
// table row per output axis, 12 bytes: u32 length, u32 stride in the input (elements, 0 repeats), u32 position.
const ROW: usize = 12;

/** n elements, `stride` apart in x, to y. */
// @ts-ignore: decorator
@inline function copyRun(x: usize, y: usize, n: u32, stride: usize): void {
  let i: u32 = 0;
  for (; i + 4 <= n; i += 4, y += 16, x += 4 * stride) {
    let v = v128.load32_zero(x);
    v = v128.load_lane<u32>(x + stride, v, 1);
    v = v128.load_lane<u32>(x + 2 * stride, v, 2);
    v128.store(y, v128.load_lane<u32>(x + 3 * stride, v, 3));
  }
  for (; i < n; i++, y += 4, x += stride) store<u32>(y, load<u32>(x));
}

/** y = the elements of x along the axes of the table, of which there is at least one and none is empty. */
export function strided_copy(x: usize, y: usize, rank: u32, table: usize): void {
  const inner = table + ROW * (rank - 1);
  const n = load<u32>(inner), stride = (load<u32>(inner, 4) as usize) << 2, bytes = (n as usize) << 2;
  for (let row = table; row < inner; row += ROW) store<u32>(row, 0, 8);
  for (;;) {
    if (stride == 4) memory.copy(y, x, bytes);
    else copyRun(x, y, n, stride);
    y += bytes;
    let row = inner;
    for (;;) {                                // the next position, counting from the innermost of the outer axes
      if (row == table) return;
      row -= ROW;
      const position = load<u32>(row, 8) + 1, length = load<u32>(row);
      x = at(x, load<u32>(row, 4));
      if (position < length) { store<u32>(row, position, 8); break; }
      x -= ((load<u32>(row, 4) * length) as usize) << 2;
      store<u32>(row, 0, 8);
    }
  }
}
