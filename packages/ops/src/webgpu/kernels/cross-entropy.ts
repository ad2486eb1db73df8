import type { CrossEntropyAttrs } from '../../contract/kernels.js';
import { float, int } from '../device.js';
import { elementwise } from './elementwise.js';
import { exponentialWgsl } from './exponential.js';
import { fused } from './fused.js';
import { totalWgsl } from './reduce.js';
import { asMatrix } from './shapes.js';

const uniformsOf = (width: number, { ignoreIndex, temperature, labelSmoothing, zLoss }: CrossEntropyAttrs) => ({
  ...{ width: int(width), ignored: int(ignoreIndex), temperature: float(temperature) },
  ...{ smoothing: float(labelSmoothing), zLoss: float(zLoss) },
});

export function registerCrossEntropy(): void {
  fused('AshlarCrossEntropy', (device, { logits, targets }, { residuals, ...attrs }) => {
    const { rows, width } = asMatrix(logits.shape);
    const [y, logSumExp] = [device.output(targets.shape), device.output(targets.shape)] as const;
    device.run({
      name: 'AshlarCrossEntropy',
      inputs: { logits, targets },
      outputs: { y, logSumExp },
      uniforms: uniformsOf(width, attrs),
      groups: rows,
      functions: totalWgsl + exponentialWgsl,
      main: `
        let start = group * u.width;
        var high = -3e38;
        for (var i = lane; i < u.width; i += 64) { high = max(high, logits[start + i] / u.temperature); }
        let top = highest(lane, high);
        var sum = 0.0;
        for (var i = lane; i < u.width; i += 64) { sum += exponential(logits[start + i] / u.temperature - top); }
        let all = top + logarithm(total(lane, sum));
        var average = 0.0; // only where it counts: other logits may be -Infinity
        if (u.smoothing > 0.0) {
          for (var i = lane; i < u.width; i += 64) { average += logits[start + i] / u.temperature / f32(u.width); }
        }
        average = total(lane, average);
        if (lane == 0) {
          let id = targets[group];
          logSumExp[group] = all;
          if (id == u.ignored) { y[group] = 0.0; } else {
            var loss = all - logits[start + id] / u.temperature;
            if (u.smoothing > 0.0) { loss = loss * (1.0 - u.smoothing) + (all - average) * u.smoothing; }
            if (u.zLoss > 0.0) { loss += all * all * u.zLoss; }
            y[group] = loss;
          }
        }`,
    });
    if (residuals) return [y, logSumExp];
    device.free(logSumExp);
    return [y];
  });

  fused('AshlarCrossEntropyGrad', (device, { dy, logits, targets, logSumExp }, attrs) => [
    elementwise(
      device,
      {
        name: 'AshlarCrossEntropyGrad',
        inputs: { dy, logits, targets, logSumExp },
        uniforms: uniformsOf(asMatrix(logits.shape).width, attrs),
        functions: `${exponentialWgsl}
          fn gradient(i: i32) -> f32 {
            let row = i / u.width;
            if (targets[row] == u.ignored) { return 0.0; }
            let share = exponential(logits[i] / u.temperature - logSumExp[row]);
            let wanted = select(0.0, 1.0 - u.smoothing, i % u.width == targets[row]) + u.smoothing / f32(u.width);
            return (share * (1.0 + 2.0 * u.zLoss * logSumExp[row]) - wanted) * dy[row] / u.temperature;
          }`,
      },
      logits.shape,
      'gradient(i)',
    ),
  ]);
}
