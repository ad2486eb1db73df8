import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { split, type Range } from '../threads/split.js';

/** Nanoseconds that a normalisation or its gradient takes for an element. */
export const normCost = 0.5;

/** Sums over rows have at most so many parts, of about so many elements. */
const [mostParts, partSize] = [16, 2 ** 16];

/**
 * Sums over the rows of `[rows, width]`, made in parts: a call writes what its own rows give, and `add` adds that up in
 * their order. The parts depend on the shape alone, so that the bytes do not depend on the number of threads.
 *
 * @param sums `[width]` each; the address for an absent one is 0
 */
export function sumsOverRows(device: Device, rows: number, sums: readonly (TensorInfo | undefined)[]) {
  const width = sums[0]!.shape[0]!;
  const ranges: Range[] = split(rows, Math.min(mostParts, Math.max(1, Math.floor((rows * width) / partSize))));
  const parts = ranges.length;
  const scratch = parts > 1 ? device.scratch(4 * width * sums.length * parts) : 0;
  const start = (sum: number) => scratch + 4 * width * parts * sum;
  return {
    ranges,
    /** About how many nanoseconds all calls take. */
    cost: rows * width * normCost,
    /** Where the call for a range writes one of its sums. */
    address: (sum: number, range: number): number =>
      sums[sum] && parts > 1 ? start(sum) + 4 * width * range : device.address(sums[sum]),
    add(): void {
      if (parts > 1)
        sums.forEach((info, sum) => {
          if (info) device.kernels.sum_axis(start(sum), device.address(info), 1, parts, width, 0, width);
        });
    },
  };
}
