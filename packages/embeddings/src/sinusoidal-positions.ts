/**
 * The fixed position vectors of "Attention Is All You Need" (arXiv 1706.03762, section 3.5): even columns hold
 * `sin(position / base^(2i / hiddenSize))`, odd ones the cosine.
 *
 * @param base wavelengths form a geometric progression from 2 pi to `base` times 2 pi. @default 10000
 * @returns row-major `[length, hiddenSize]`
 * @throws RangeError when `hiddenSize` is odd
 */
export function sinusoidalPositions(length: number, hiddenSize: number, { base = 10_000 } = {}): Float32Array {
  if (hiddenSize % 2 !== 0) throw new RangeError(`sinusoidalPositions: hiddenSize (${hiddenSize}) must be even`);
  const table = new Float32Array(length * hiddenSize);
  for (let position = 0; position < length; position++)
    for (let i = 0; i < hiddenSize; i += 2) {
      const angle = position / base ** (i / hiddenSize);
      table[position * hiddenSize + i] = Math.sin(angle);
      table[position * hiddenSize + i + 1] = Math.cos(angle);
    }
  return table;
}
