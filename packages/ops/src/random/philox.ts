/** Four or two uint32 words. */
export type Words4 = [number, number, number, number];
export type Words2 = [number, number];

/** The high and low word of the 64-bit product of two uint32, by 16-bit halves. */
function multiply(a: number, b: number): Words2 {
  const aLow = a & 0xffff;
  const bLow = b & 0xffff;
  const aHigh = a >>> 16;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const high = aHigh * bHigh + (middle >>> 16) + (((middle & 0xffff) + aLow * bHigh) >>> 16);
  return [high >>> 0, Math.imul(a, b) >>> 0];
}

/**
 * Philox4x32-10: a random function of a counter and a key, all uint32 words.
 *
 * Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
 */
export function philox4x32(counter: Readonly<Words4>, key: Readonly<Words2>): Words4 {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(0xd2511f53, c0);
    const [high1, low1] = multiply(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}
