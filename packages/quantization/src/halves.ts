/** Packs 4-bit codes, two a byte, the first in the high half; `fill` completes the last byte. */
export function packHalves(codes: Uint8Array, fill: number): Uint8Array {
  return new Uint8Array(Math.ceil(codes.length / 2)).map((_, i) => (codes[2 * i]! << 4) | (codes[2 * i + 1] ?? fill));
}

/** Code `i` of packed 4-bit codes. */
export const halfAt = (packed: Uint8Array, i: number): number =>
  i % 2 === 0 ? packed[i >> 1]! >> 4 : packed[i >> 1]! & 15;

/** Throws unless values can be cut into blocks, two codes a byte. `name` is the option's. */
export function checkBlocks(where: string, values: Float32Array, size: number, name: string): void {
  if (!(Number.isSafeInteger(size) && size > 0 && size % 2 === 0))
    throw new RangeError(`${where}: ${name} (${size}) must be a positive even number`);
  if (values.length === 0) throw new RangeError(`${where}: there are no values`);
}
