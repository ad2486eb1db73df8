import { asMatrix, fused } from './fused.js';

export function registerSample(): void {
  fused('AshlarSample', (device, { logits, positions }, { temperature, topK, topP }) => {
    const { rows, width } = asMatrix(logits.shape);
    const ids = device.output([rows], 'int32');
    const scratch = device.scratch(device.kernels.sample_scratch(width));
    device.kernels.sample(
      device.address(logits),
      device.address(ids),
      rows,
      width,
      device.address(positions),
      temperature,
      topK,
      topP,
      scratch,
    );
    return [ids];
  });
}
