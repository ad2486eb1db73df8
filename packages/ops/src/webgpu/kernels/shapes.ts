/** `[..., width]` as a matrix: the number of rows and their width. */
export function asMatrix(shape: readonly number[]): { rows: number; width: number } {
  const width = shape.at(-1) ?? 1;
  return { rows: shape.slice(0, -1).reduce((product, length) => product * length, 1), width };
}
