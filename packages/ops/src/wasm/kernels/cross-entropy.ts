import type { CrossEntropyAttrs } from '../../contract/kernels.js';
import { asMatrix, fused } from './fused.js';

const settings = ({ ignoreIndex, temperature, labelSmoothing, zLoss }: CrossEntropyAttrs) =>
  [ignoreIndex, 1 / temperature, labelSmoothing, zLoss] as const;

export function registerCrossEntropy(): void {
  fused('AshlarCrossEntropy', (device, { logits, targets }, { residuals, ...attrs }) => {
    const { rows, width } = asMatrix(logits.shape);
    const [loss, logSumExp] = [device.output(targets.shape), device.output(targets.shape)] as const;
    const bad = device.kernels.cross_entropy(
      device.address(logits),
      device.address(targets),
      device.address(loss),
      device.address(logSumExp),
      rows,
      width,
      ...settings(attrs),
    );
    if (bad >= 0 || !residuals) device.free(logSumExp);
    if (bad >= 0) {
      device.free(loss);
      const target = device.view<Int32Array>(targets)[bad]!;
      throw new RangeError(
        `crossEntropy: target ${target} at position ${bad} is neither one of the ${width} classes nor ignoreIndex (${attrs.ignoreIndex})`,
      );
    }
    return residuals ? [loss, logSumExp] : [loss];
  });

  fused('AshlarCrossEntropyGrad', (device, { dy, logits, targets, logSumExp }, attrs) => {
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
      ...settings(attrs),
    );
    return [out];
  });
}
