/** Rows of unequal lengths as one array `[rows, seq]`, filled up on the right. */
export function paddedRows(rows: readonly ArrayLike<number>[], padTokenId: number) {
  const lengths = Int32Array.from(rows, ({ length }) => length);
  const seq = Math.max(...lengths);
  const ids = new Int32Array(rows.length * seq).fill(padTokenId);
  rows.forEach((row, r) => ids.set(row, r * seq));
  return { ids, lengths, seq };
}
