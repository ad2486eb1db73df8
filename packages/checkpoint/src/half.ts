const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);

/** IEEE binary16 to float32, exactly. */
export function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** float32 to IEEE binary16, to nearest, ties to even; beyond 65519 it gives infinity. */
export function toFloat16(value: number): number {
  floats[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 2^16 - 2^4: halfway between the largest binary16 and the next power of two
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // subnormal: adding 0.5 lines the fraction up at 2^-24 and the addition itself rounds to even
  if (magnitude < 0x38800000) {
    floats[0] = Math.abs(value);
    floats[0] = floats[0]! + 0.5;
    return sign | (bits[0]! - 0x3f000000);
  }
  return sign | roundedShift(magnitude - 0x38000000, 13);
}

/** bfloat16 (the upper half of a float32) to float32, exactly. */
export function fromBfloat16(half: number): number {
  bits[0] = half << 16;
  return floats[0]!;
}

/** float32 to bfloat16, to nearest, ties to even. */
export function toBfloat16(value: number): number {
  floats[0] = value;
  const word = bits[0]!;
  if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40;
  return roundedShift(word, 16) & 0xffff;
}

/** `word >>> count`, rounded to nearest, ties to even. */
function roundedShift(word: number, count: number): number {
  const half = 2 ** (count - 1);
  const odd = (word >>> count) & 1;
  return Math.floor((word + half - 1 + odd) / 2 ** count);
}
