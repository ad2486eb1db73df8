import type { Tensor } from '@tensorflow/tfjs-core';
import type { CrossEntropyAttrs } from '../../contract/kernels.js';
import type { Device } from '../device.js';
import { asMatrix, firstFound, fused } from './fused.js';

/** Nanoseconds of a logit. */
const cost = 0.8;

/** How the rows are cut, and where a range of them lies. */
function rowsOf(device: Device, logits: Tensor, targets: Tensor) {
  const { rows, width } = asMatrix(logits.shape);
  const place = (from: number) => [device.address(logits, width * from), device.address(targets, from)] as const;
  return { width, place, ranges: device.crew.ranges(rows, width * cost) };
}

const settings = ({ ignoreIndex, temperature, labelSmoothing, zLoss }: CrossEntropyAttrs) =>
  [ignoreIndex, 1 / temperature, labelSmoothing, zLoss] as const;

export function registerCrossEntropy(): void {
  fused('AshlarCrossEntropy', (device, { logits, targets }, { residuals, ...attrs }) => {
    const { width, ranges, place } = rowsOf(device, logits, targets);
    const [loss, logSumExp] = [device.output(targets.shape), device.output(targets.shape)] as const;
    const found = device.crew.run(
      'cross_entropy',
      ranges.map(([from, to]) => [
        ...place(from),
        device.address(loss, from),
        device.address(logSumExp, from),
        to - from,
        width,
        ...settings(attrs),
      ]),
    );
    const bad = firstFound(ranges, found);
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
    const { width, ranges, place } = rowsOf(device, logits, targets);
    const out = device.output(logits.shape);
    device.crew.run(
      'cross_entropy_grad',
      ranges.map(([from, to]) => [
        ...place(from),
        device.address(logSumExp, from),
        device.address(dy, from),
        device.address(out, width * from),
        to - from,
        width,
        ...settings(attrs),
      ]),
    );
    return [out];
  });
}
