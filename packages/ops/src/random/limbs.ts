/** Words as 16-bit halves, low half first: an int32 tensor on webgl holds no more than 24 bits. */
export const limbs = (words: readonly number[]): number[] => words.flatMap((word) => [word & 0xffff, word >>> 16]);

/** Word i of what `limbs` gave. */
export const wordOf = (values: ArrayLike<number>, i: number): number =>
  ((values[2 * i + 1]! << 16) | values[2 * i]!) >>> 0;
