import type { Tensor } from '@tensorflow/tfjs-core';
import { fused } from './fused.js';

const rowBytes = 24;
/** Elements of a piece at most: threads take pieces of the tensors, and one large tensor is many pieces. */
const pieceSize = 2 ** 15;
/** Nanoseconds of an element. */
const [stepCost, squareCost] = [0.5, 0.12];

/** All elements of tensors in pieces that do not depend on the number of threads. */
function piecesOf(tensors: readonly Tensor[]): { tensor: number; from: number; size: number }[] {
  return tensors.flatMap(({ size }, tensor) =>
    Array.from({ length: Math.ceil(size / pieceSize) }, (_, i) => {
      const from = i * pieceSize;
      return { tensor, from, size: Math.min(pieceSize, size - from) };
    }),
  );
}

export function registerOptimizer(): void {
  fused('AshlarAdamW', (device, inputs, { beta1, beta2, eps, weightDecays }) => {
    const { parameters, gradients, firstMoments, secondMoments } = inputs;
    const pieces = piecesOf(parameters);
    const table = device.scratch(pieces.length * rowBytes);
    const rows = device.words(table, (pieces.length * rowBytes) / 4);
    pieces.forEach(({ tensor, from, size }, i) => {
      [parameters, gradients, firstMoments, secondMoments].forEach((tensors, column) =>
        rows.setUint32(rowBytes * i + 4 * column, device.address(tensors[tensor]) + 4 * from, true),
      );
      rows.setUint32(rowBytes * i + 16, size, true);
      rows.setFloat32(rowBytes * i + 20, weightDecays[tensor]!, true);
    });
    const [rate, stepSize, root] = device.view<Float32Array>(inputs.rates);
    const scale = inputs.gradientScale ? device.view<Float32Array>(inputs.gradientScale)[0]! : 1;
    const elements = pieces.reduce((total, { size }) => total + size, 0);
    const ranges = device.crew.ranges(pieces.length, (elements / pieces.length) * stepCost);
    device.crew.run(
      'adamw',
      ranges.map(([from, to]) => [
        ...([table + rowBytes * from, to - from, rate!, stepSize!, root!] as const),
        ...([beta1, beta2, eps, scale] as const),
      ]),
    );
    return [];
  });

  fused('AshlarGlobalNorm', (device, { tensors }) => {
    const out = device.output([]);
    const calls = piecesOf(tensors).map(({ tensor, from, size }): [number, number] => [
      device.address(tensors[tensor]) + 4 * from,
      size,
    ]);
    const elements = tensors.reduce((total, { size }) => total + size, 0);
    const squares = device.crew.run('sum_squares', calls, elements * squareCost);
    device.view<Float32Array>(out)[0] = Math.sqrt(squares.reduce((total, square) => total + square, 0));
    return [out];
  });
}
