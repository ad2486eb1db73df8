/** Values for each token of each response: `[rows, columns]`, row-major; where the mask is 0 there is no token. */
export interface Grid {
  rows: number;
  columns: number;
  /** 1 for a token, 0 after the end of a response. */
  mask: Uint8Array;
}

/** Mean of what the mask leaves. */
export function maskedMean(values: ArrayLike<number>, { mask }: Grid): number {
  let [sum, count] = [0, 0];
  mask.forEach((one, i) => {
    if (one) [sum, count] = [sum + values[i]!, count + 1];
  });
  return sum / count;
}

/** Sum over each row, of what the mask leaves: `[rows]`. */
export function rowSums(values: ArrayLike<number>, { rows, columns, mask }: Grid): number[] {
  return Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) if (mask[i]) sum += values[i]!;
    return sum;
  });
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
