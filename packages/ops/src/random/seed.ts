import type { Words2 } from './philox.js';

/** The low and high word of a seed. @throws RangeError unless it is a non-negative safe integer */
export function seedWords(seed: number): Words2 {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`seed (${seed}) must be an integer from 0 to ${Number.MAX_SAFE_INTEGER}`);
  return [seed >>> 0, Math.floor(seed / 2 ** 32)];
}

/** FNV-1a over the UTF-8 bytes of a text: the low and high word of the 64-bit hash. */
export function fnv1a64(text: string): Words2 {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return [Number(hash & 0xffffffffn), Number(hash >> 32n)];
}
