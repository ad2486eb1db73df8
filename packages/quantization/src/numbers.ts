/** The nearest integer, the even one of two that are equally near: `torch.round`. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const above = x - floor;
  if (above !== 0.5) return above < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The largest absolute value of `values[from .. to)`, 0 for none. */
export function largest(values: ArrayLike<number>, from: number, to: number): number {
  let max = 0;
  for (let i = from; i < to; i++) max = Math.max(max, Math.abs(values[i]!));
  return max;
}

/** The float32 values halfway between neighbours of an ascending code book. */
export const midpoints = (codes: Float32Array): Float32Array =>
  codes.subarray(1).map((code, i) => Math.fround(code + codes[i]!) / 2);

/** How many of the ascending `boundaries` lie below `x`: a value on a boundary belongs to the code under it. */
export function bucketize(x: number, boundaries: Float32Array): number {
  let low = 0;
  let high = boundaries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boundaries[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Throws where `values` holds NaN or an infinity: one of them would spoil its whole row or block. */
export function checkFinite(where: string, values: Float32Array): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new RangeError(`${where}: element ${at} is ${values[at]}; only finite values can be quantized`);
}
