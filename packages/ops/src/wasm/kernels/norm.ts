import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';

/** Nanoseconds that a normalisation or its gradient takes for an element. */
export const normCost = 0.5;

/**
 * Sums over rows, each of which is made by several calls: a call writes what its own rows give, and `add` adds that up in
 * their order. A single call writes the sum itself.
 *
 * @param sums `[width]` each; the address for an absent one is 0
 */
export function partialSums(device: Device, sums: readonly (TensorInfo | undefined)[], calls: number) {
  const width = sums[0]!.shape[0]!;
  const scratch = calls > 1 ? device.scratch(4 * width * sums.length * calls) : 0;
  const start = (sum: number) => scratch + 4 * width * calls * sum;
  return {
    /** Where a call writes one of its sums. */
    address: (sum: number, call: number): number =>
      sums[sum] && calls > 1 ? start(sum) + 4 * width * call : device.address(sums[sum]),
    add(): void {
      if (calls > 1)
        sums.forEach((info, sum) => {
          if (info) device.kernels.sum_axis(start(sum), device.address(info), 1, calls, width, 0, width);
        });
    },
  };
}
