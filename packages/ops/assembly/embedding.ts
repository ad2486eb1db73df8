import { add, at, ld, ldTail, st, stTail } from './simd';
// Rows of a table by id.

/** y[r] = weight[ids[r]]. Returns the first r whose id is not in [0, vocab), or -1. */
export function embedding(ids: usize, weight: usize, y: usize, rows: u32, vocab: u32, C: u32): i32 {
  const row = (C as usize) << 2;
  for (let r: u32 = 0; r < rows; r++, y += row) {
    const id = load<u32>(at(ids, r));
    if (id >= vocab) return r;
    memory.copy(y, weight + row * id, row);
  }
  return -1;
}

/** dweight[v] = sum of dy[r] over the rows with id v, in ascending r, for v from v0 up to v1; other ids are skipped. */
export function embedding_grad(ids: usize, dy: usize, dweight: usize, rows: u32, v0: u32, v1: u32, C: u32): void {
  const row = (C as usize) << 2, C4 = C & ~3, rest = C & 3;
  memory.fill(dweight + row * v0, 0, row * (v1 - v0));
  for (let r: u32 = 0; r < rows; r++, dy += row) {
    const id = load<u32>(at(ids, r)), w = dweight + row * id;
    if (id - v0 >= v1 - v0) continue;
    for (let j: u32 = 0; j < C4; j += 4) st(at(w, j), add(ld(at(w, j)), ld(at(dy, j))));
    if (rest) stTail(at(w, C4), add(ldTail(at(w, C4), rest), ldTail(at(dy, C4), rest)), rest);
  }
}
