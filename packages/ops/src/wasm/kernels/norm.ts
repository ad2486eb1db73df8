import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { split, type Range } from '../threads/split.js';

/** Nanoseconds that a normalisation or its gradient takes for an element. */
export const normCost = 0.5;

/**
 * Where a normalisation writes `count` statistics of each row of x: into tensors `[..., 1]` for the gradient, or where nobody
 * reads them.
 */
export function statisticsOf(device: Device, { shape }: TensorInfo, count: number, wanted: boolean) {
  if (wanted) {
    const tensors = Array.from({ length: count }, () => device.output([...shape.slice(0, -1), 1]));
    return { tensors, addresses: tensors.map((info) => device.address(info)) };
  }
  const rows = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  const spare = device.scratch(4 * rows * count);
  return { tensors: [], addresses: Array.from({ length: count }, (_, i) => spare + 4 * rows * i) };
}

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
