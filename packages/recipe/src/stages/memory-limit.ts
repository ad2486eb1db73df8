import { stateDict, type Module } from '@ashlar/nn';
import { memoryLimit } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Bytes that the current backend can still take; null where no limit is known.
 *
 * @param loaded bytes that live already and are counted by what asks, such as a model's that is trained in place; negative
 *   for what does not live yet and is not counted
 */
export function memoryRoom(loaded = 0): number | null {
  const limit = memoryLimit();
  return limit && limit - (tf.memory().numBytes - loaded);
}

/** Bytes of the values of models. */
export const bytesOf = (...models: readonly Module[]): number =>
  models.reduce((sum, model) => [...stateDict(model).values()].reduce((all, { size }) => all + 4 * size, sum), 0);

/** What is needed, what there is, and settings of which each is enough and the part they belong to, in one sentence. */
export function tooLarge(
  what: string,
  { peak, room, fitting, of }: { peak: number; room: number; fitting: readonly string[]; of: string },
): RangeError {
  const hint =
    fitting.length > 0 ? `; what fits: ${fitting.join(', or ')} (settings of ${of})` : '; no setting of it fits';
  return new RangeError(
    `${what} takes ${gibibytes(peak)} GiB and ${tf.getBackend()} can hold ${gibibytes(room)} GiB${hint}`,
  );
}

/** The largest number from 1 to `most` that fits, where all below it do too; 0 for none. */
export function largest(most: number, fits: (n: number) => boolean): number {
  let [good, bad] = [0, most + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

const gibibytes = (bytes: number) => (bytes / 2 ** 30).toFixed(2);
