import { asMatrix, fused } from './fused.js';

/** Nanoseconds of a token. */
const cost = 10;

export function registerSample(): void {
  fused('AshlarSample', (device, { logits, positions }, { temperature, topK, topP }) => {
    const { rows, width } = asMatrix(logits.shape);
    const ids = device.output([rows], 'int32');
    device.crew.runWithScratch(
      'sample',
      device.kernels.sample_scratch(width),
      device.crew
        .ranges(rows, width * cost)
        .map(([from, to]) => [
          device.address(logits, width * from),
          device.address(ids, from),
          to - from,
          width,
          device.address(positions, 10 * from),
          temperature,
          topK,
          topP,
        ]),
    );
    return [ids];
  });
}
