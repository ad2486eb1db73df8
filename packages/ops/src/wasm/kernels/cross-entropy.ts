import { asMatrix, fused } from './fused.js';

export function registerCrossEntropy(): void {
  fused('AshlarCrossEntropy', (device, { logits, targets }, { ignoreIndex, temperature, residuals }) => {
    const { rows, width } = asMatrix(logits.shape);
    const [loss, logSumExp] = [device.output(targets.shape), device.output(targets.shape)] as const;
    const bad = device.kernels.cross_entropy(
      device.address(logits),
      device.address(targets),
      device.address(loss),
      device.address(logSumExp),
      rows,
      width,
      ignoreIndex,
      1 / temperature,
    );
    if (bad >= 0 || !residuals) device.free(logSumExp);
    if (bad >= 0) {
      device.free(loss);
      const target = device.view<Int32Array>(targets)[bad]!;
      throw new RangeError(
        `crossEntropy: target ${target} at position ${bad} is neither one of the ${width} classes nor ignoreIndex (${ignoreIndex})`,
      );
    }
    return residuals ? [loss, logSumExp] : [loss];
  });

  fused('AshlarCrossEntropyGrad', (device, { dy, logits, targets, logSumExp }, { ignoreIndex, temperature }) => {
    const { rows, width } = asMatrix(logits.shape);
    const out = device.output(logits.shape);
    device.kernels.cross_entropy_grad(
      device.address(logits),
      device.address(targets),
      device.address(logSumExp),
      device.address(dy),
      device.address(out),
      rows,
      width,
      ignoreIndex,
      1 / temperature,
    );
    return [out];
  });
}
