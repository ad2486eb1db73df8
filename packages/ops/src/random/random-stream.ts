import { limbs, wordOf } from './limbs.js';
import { philox4x32, type Words2, type Words4 } from './philox.js';
import { fnv1a64, seedWords } from './seed.js';

const toUniform = 2 ** -32;

/** The elements in [0, 1) at `positions`, ten limbs each, of `RandomStream.position`. */
export function uniformAt(positions: ArrayLike<number>, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => {
    const [key0, key1, low, high, i] = [0, 1, 2, 3, 4].map((word) => wordOf(positions, 5 * row + word)) as Words5;
    return philox4x32([i >>> 2, 0, low, high], [key0, key1])[i % 4]! * toUniform;
  });
}
type Words5 = [number, number, number, number, number];

/**
 * A named stream of random numbers. Element i depends on the seed, the name and i alone, so that streams never
 * disturb each other and any element can be had without those before it.
 *
 * Philox4x32-10 with key `[seed low, seed high]` and counter `[block, 0, hash low, hash high]`, where hash is FNV-1a 64
 * of the name; each block gives four elements.
 */
export class RandomStream {
  private readonly key: Words2;
  private readonly hash: Words2;

  /**
   * @param seed a non-negative safe integer
   * @param name of the stream, such as `data/train`
   */
  constructor(seed: number, name: string) {
    this.key = seedWords(seed);
    this.hash = fnv1a64(name);
  }

  /** Element i as an integer in [0, 2^32). */
  uint32(i: number): number {
    return this.block(Math.floor(i / 4))[i % 4]!;
  }

  /** Element i in [0, 1). */
  uniform(i: number): number {
    return this.uint32(i) * toUniform;
  }

  /**
   * Where element i is, for kernels that draw it themselves: seed and hash, low word first, and i, each as two 16-bit limbs, the
   * low one first.
   */
  position(i: number): number[] {
    return limbs([...this.key, ...this.hash, i]);
  }

  /** Elements 0 to n - 1, normally distributed (Box-Muller in float64), rounded to float32. */
  normalArray(n: number, { mean = 0, std = 1 }: { mean?: number; std?: number } = {}): Float32Array {
    const values = new Float32Array(n);
    for (let i = 0; i < n; i += 4) {
      const words = this.block(i / 4);
      for (let pair = 0; pair < 4; pair += 2) {
        const radius = Math.sqrt(-2 * Math.log((words[pair]! + 0.5) * toUniform));
        const angle = 2 * Math.PI * ((words[pair + 1]! + 0.5) * toUniform);
        // writes past the end are ignored
        values[i + pair] = mean + std * (radius * Math.cos(angle));
        values[i + pair + 1] = mean + std * (radius * Math.sin(angle));
      }
    }
    return values;
  }

  /** Elements 0 to n - 1, uniform in [min, max), rounded to float32. */
  uniformArray(n: number, { min = 0, max = 1 }: { min?: number; max?: number } = {}): Float32Array {
    const values = new Float32Array(n);
    for (let i = 0; i < n; i += 4)
      this.block(i / 4).forEach((word, j) => (values[i + j] = min + (max - min) * (word * toUniform)));
    return values;
  }

  private block(index: number): Words4 {
    return philox4x32([index, 0, ...this.hash], this.key);
  }
}
