import type { Device } from '../device.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { firstFound, fused } from './fused.js';

/** Nanoseconds of an element that is copied, cleared or added. */
const cost = 0.25;

/** The value at a position of an int32 tensor. */
const integerAt = (device: Device, tensor: TensorInfo, position: number) => device.view<Int32Array>(tensor)[position]!;

export function registerEmbedding(): void {
  fused('AshlarEmbedding', (device, { ids, weight }) => {
    const [vocab, width] = weight.shape as [number, number];
    const y = device.output([...ids.shape, width]);
    const [pIds, pWeight, pY] = [device.address(ids), device.address(weight), device.address(y)];
    const ranges = device.crew.ranges(ids.size, width * cost);
    const found = device.crew.run(
      'embedding',
      ranges.map(([from, to]) => [pIds + 4 * from, pWeight, pY + 4 * width * from, to - from, vocab, width]),
    );
    const bad = firstFound(ranges, found);
    if (bad >= 0) {
      device.free(y);
      throw new RangeError(
        `embedding: id ${integerAt(device, ids, bad)} at position ${bad} is outside of the table's ${vocab} rows`,
      );
    }
    return [y];
  });

  fused('AshlarEmbeddingGrad', (device, { dy, ids, weight }) => {
    const [vocab, width] = weight.shape as [number, number];
    const out = device.output(weight.shape);
    const [pIds, pDy, pOut] = [device.address(ids), device.address(dy), device.address(out)];
    const ranges = device.crew.ranges(vocab, width * cost * (1 + ids.size / vocab));
    device.crew.run(
      'embedding_grad',
      ranges.map(([from, to]) => [pIds, pDy, pOut, ids.size, from, to, width]),
    );
    return [out];
  });
}
