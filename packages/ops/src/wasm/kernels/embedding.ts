import type { Device } from '../device.js';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { fused } from './fused.js';

/** The value at a position of an int32 tensor. */
const integerAt = (device: Device, tensor: TensorInfo, position: number) => device.view<Int32Array>(tensor)[position]!;

export function registerEmbedding(): void {
  fused('AshlarEmbedding', (device, { ids, weight }) => {
    const [vocab, width] = weight.shape as [number, number];
    const y = device.output([...ids.shape, width]);
    const [pIds, pWeight, pY] = [device.address(ids), device.address(weight), device.address(y)];
    const bad = device.kernels.embedding(pIds, pWeight, pY, ids.size, vocab, width);
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
    device.kernels.embedding_grad(pIds, pDy, pOut, ids.size, vocab, width);
    return [out];
  });
}
