import { wordOf } from './limbs.js';
import { philox4x32, type Words2 } from './philox.js';

/** The letters `drop`, which keep the counters of dropout apart from those of `RandomStream`. */
const domain = 0x64726f70;

/**
 * The random words of one dropout call, element i for element i of the tensor.
 *
 * @param limbs the 8 values of `DropoutRng.next()`
 */
export function dropoutWords(n: number, limbs: ArrayLike<number>): Uint32Array {
  const word = (i: number) => wordOf(limbs, i);
  const key: Words2 = [word(0), word(1)];
  const [call, step] = [word(2), word(3)];
  const words = new Uint32Array(n);
  for (let i = 0; i < n; i += 4) {
    const block = philox4x32([i / 4, call, step, domain], key);
    for (let j = 0; j < 4; j++) words[i + j] = block[j]!; // writes past the end are ignored
  }
  return words;
}
